using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.Pipeline;

public sealed class SessionTrackerTests
{
    private static readonly string[] QuickTicks =
        ["WebCoord:Sessions:TickMs=50", "WebCoord:Sessions:MinTimeoutMs=200", "WebCoord:Sessions:MaxTimeoutMs=60000"];

    [Fact]
    public async Task A_silent_session_ends_and_its_ephemerals_with_it()
    {
        await using var pipeline = await RunningPipeline.StartAsync(null, QuickTicks);
        var session = await pipeline.OpenSessionAsync(200);
        await pipeline.SubmitAsync(new Command.Create("/e", null, CreateMode.Ephemeral, Acl.Open), session.Id);
        await RunningPipeline.UntilAsync(() => pipeline.State.Sessions.Count == 0, "the session has expired");
        Assert.Null(pipeline.State.Tree.Find("/e"));
        Assert.Equal(SessionEndReason.Expired, pipeline.State.Sessions.Ended[session.Id].Reason);
    }

    [Fact]
    public async Task A_session_that_is_heard_of_lives_on_while_a_silent_one_ends()
    {
        await using var pipeline = await RunningPipeline.StartAsync(null, QuickTicks);
        var heard = await pipeline.OpenSessionAsync(1_000);
        var silent = await pipeline.OpenSessionAsync(1_000);
        for (var i = 0; i < 1_500 && pipeline.State.Sessions.Find(silent.Id) is not null; i++)
        {
            pipeline.Tracker.Contact(heard.Id);
            await Task.Delay(20);
        }

        Assert.Null(pipeline.State.Sessions.Find(silent.Id));
        Assert.NotNull(pipeline.State.Sessions.Find(heard.Id));
    }

    /// <summary>Everything here goes by the log clock: the outage begins when more than half of the timeout is gone,
    /// and afterwards the silent session lives for longer than the rest of it, because all timeouts start afresh.
    /// </summary>
    [Fact]
    public async Task An_outage_of_the_log_ends_no_session()
    {
        await using var pipeline = await RunningPipeline.StartAsync(null, QuickTicks);
        var session = await pipeline.OpenSessionAsync(4_000);
        await ClockReachesAsync(pipeline, session.LastTouchMs + 2_500);
        Assert.True(pipeline.Tracker.CanVouchFor(session.TimeoutMs));

        pipeline.Log.FailWith(new LogUnavailableException("The disk is full.", outcomeKnown: true));
        await RunningPipeline.UntilAsync(() => !pipeline.Tracker.CanVouchFor(session.TimeoutMs),
            "the instance vouches no more");
        var before = pipeline.State.LogClockMs;
        pipeline.Log.FailWith(null);
        await RunningPipeline.UntilAsync(() => pipeline.Tracker.CanVouchFor(session.TimeoutMs), "it vouches again");

        await ClockReachesAsync(pipeline, before + 2_500);
        Assert.NotNull(pipeline.State.Sessions.Find(session.Id));
        await RunningPipeline.UntilAsync(() => pipeline.State.Sessions.Count == 0, "the silent session ends after all");
    }

    [Fact]
    public async Task A_TTL_node_goes_when_its_time_is_up_and_a_container_after_its_last_child()
    {
        await using var pipeline = await RunningPipeline.StartAsync(null, QuickTicks);
        await pipeline.SubmitAsync(new Command.Create("/ttl", null, CreateMode.Ttl, Acl.Open, TtlMs: 100));
        await pipeline.SubmitAsync(new Command.Create("/container", null, CreateMode.Container, Acl.Open));
        await pipeline.SubmitAsync(new Command.Create("/fresh", null, CreateMode.Container, Acl.Open));
        await pipeline.PutAsync("/container/child");
        await pipeline.SubmitAsync(new Command.Delete("/container/child"));
        await RunningPipeline.UntilAsync(
            () => pipeline.State.Tree.Find("/ttl") is null && pipeline.State.Tree.Find("/container") is null,
            "both are gone");
        Assert.NotNull(pipeline.State.Tree.Find("/fresh"));
    }

    [Fact]
    public async Task An_instance_is_in_the_state_while_it_runs_and_not_after_it_stopped()
    {
        var log = GatedLog.InMemory();
        await using (var first = await RunningPipeline.StartAsync(log))
        {
            await RunningPipeline.UntilAsync(() => first.State.Instances.Count == 1, "the instance is known");
        }

        await using var second = await RunningPipeline.StartAsync(log);
        await RunningPipeline.UntilAsync(() => second.State.Instances.Count == 1, "the second instance is known");
        Assert.Equal(second.Log.Incarnation, second.State.Instances.Single().Key);
    }

    [Fact]
    public async Task Sessions_are_touched_and_ended_however_many_writes_wait()
    {
        await using var pipeline = await RunningPipeline.StartAsync(null,
            [.. QuickTicks, "WebCoord:Log:MaxQueuedRequests=1"]);
        var session = await pipeline.OpenSessionAsync(200);
        using var enough = new CancellationTokenSource();
        var flood = Enumerable.Range(0, 4).Select(async i =>
        {
            while (!enough.IsCancellationRequested)
            {
                await pipeline.PutAsync($"/flood{i}");
            }
        }).ToArray();
        await RunningPipeline.UntilAsync(
            () => pipeline.State.Sessions.Find(session.Id) is null, "the session has expired");
        await enough.CancelAsync();
        await Task.WhenAll(flood);
    }

    private static Task ClockReachesAsync(RunningPipeline pipeline, long logClockMs) =>
        RunningPipeline.UntilAsync(() => pipeline.State.LogClockMs >= logClockMs, $"the log clock is at {logClockMs}");
}
