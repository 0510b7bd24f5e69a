using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;

namespace WebCoord.Server.Tests.Pipeline;

public sealed class ApplierTests
{
    private static readonly Acl OnlyAlice = new([new AclEntry(Permissions.All, "digest", "alice:x")]);

    [Fact]
    public async Task An_event_is_queued_before_its_state_is_published_and_its_watcher_woken_after()
    {
        await using var pipeline = await RunningPipeline.StartAsync();
        Zxid? whenQueued = null;
        Zxid? whenWoken = null;
        var watcher = new RecordingWatcher
        {
            OnEnqueue = () => whenQueued = pipeline.State.LastZxid,
            OnWake = () => whenWoken = pipeline.State.LastZxid,
        };
        pipeline.Applier.Arm((_, watches) => Add(watches, "/a", watcher));
        var result = await pipeline.PutAsync("/a");
        Assert.True(whenQueued < result.Zxid);
        Assert.True(whenWoken >= result.Zxid);
        Assert.Equal(WatchEventType.Created, Assert.Single(watcher.Events).Type);
    }

    [Fact]
    public async Task A_one_shot_watch_on_a_node_that_may_not_be_read_is_revoked()
    {
        await using var pipeline = await RunningPipeline.StartAsync();
        var alice = new RecordingWatcher(new Identity("digest", "alice:x"));
        var bob = new RecordingWatcher(new Identity("digest", "bob:x"));
        pipeline.Applier.Arm((_, watches) => Add(watches, "/a", alice) && Add(watches, "/a", bob));
        await pipeline.SubmitAsync(new Command.Create("/a", null, CreateMode.Persistent, OnlyAlice));
        Assert.Equal(WatchEventType.Created, Assert.Single(alice.Events).Type);
        var revoked = Assert.Single(bob.Events);
        Assert.Equal(WatchEventType.Revoked, revoked.Type);
        Assert.Null(revoked.Version);
    }

    [Fact]
    public async Task A_persistent_watch_is_not_told_of_what_may_not_be_read_and_stays()
    {
        await using var pipeline = await RunningPipeline.StartAsync();
        var bob = new RecordingWatcher(new Identity("digest", "bob:x"));
        pipeline.Applier.Arm((_, watches) =>
        {
            watches.Add("/", WatchKind.Data, WatchMode.Recursive, bob);
            return true;
        });
        await pipeline.SubmitAsync(new Command.Create("/secret", null, CreateMode.Persistent, OnlyAlice));
        await pipeline.PutAsync("/open");
        Assert.Equal("/open", Assert.Single(bob.Events).Path);
    }

    [Fact]
    public async Task Waiting_for_a_zxid_ends_when_it_is_applied_and_gives_up_when_it_is_not()
    {
        await using var pipeline = await RunningPipeline.StartAsync();
        var wanted = new Zxid(pipeline.State.LastZxid.Value + 20);
        var waiting = pipeline.Applier.WaitForAsync(wanted, TimeSpan.FromSeconds(30), CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        for (var i = 0; i < 20; i++)
        {
            await pipeline.PutAsync("/a");
        }

        Assert.True(await waiting);
        Assert.False(await pipeline.Applier.WaitForAsync(new Zxid(long.MaxValue), TimeSpan.FromMilliseconds(50),
            CancellationToken.None));
    }

    /// <summary>Invariant: reading and arming is one step, so between two events of a watch that is armed anew each
    /// time no change is missed: the version that an event tells is never more than one ahead of the version read when
    /// the watch was armed.</summary>
    [Fact]
    public async Task No_change_slips_between_reading_a_node_and_watching_it()
    {
        await using var pipeline = await RunningPipeline.StartAsync();
        await pipeline.PutAsync("/a");
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 3_000; i++)
            {
                await pipeline.PutAsync("/a", $"{i}");
            }
        });
        while (!writing.IsCompleted)
        {
            using var woken = new SemaphoreSlim(0);
            var watcher = new RecordingWatcher { OnWake = () => woken.Release() };
            var read = pipeline.Applier.Arm((state, watches) =>
            {
                Add(watches, "/a", watcher);
                return state.Tree.Find("/a")!.Version;
            });
            if (await woken.WaitAsync(100))
            {
                Assert.Equal(read + 1, Assert.Single(watcher.Events).Version);
            }
        }

        await writing;
    }

    private static bool Add(WatchManager<WebCoord.Server.Pipeline.IWatcher> watches, string path,
        RecordingWatcher watcher)
    {
        watches.Add(path, WatchKind.Data, WatchMode.OneShot, watcher);
        return true;
    }
}
