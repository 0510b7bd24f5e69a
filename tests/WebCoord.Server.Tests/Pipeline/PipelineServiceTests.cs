using Microsoft.Extensions.Hosting;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Tests.Pipeline;

public sealed class PipelineServiceTests
{
    [Fact]
    public async Task A_restart_finds_everything_and_the_same_digest()
    {
        var log = GatedLog.InMemory();
        ulong digest;
        await using (var first = await RunningPipeline.StartAsync(log))
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(i => first.PutAsync($"/n{i}", $"{i}")));
            await first.StopAsync();
            digest = first.State.Tree.Digest;
        }

        await using var second = await RunningPipeline.StartAsync(log);
        Assert.Equal(digest, second.State.Tree.Digest);
        Assert.Equal(100, second.State.Tree.Root.Children.Count - 1);
        Assert.True(second.Get<LogLoader>().Report.ReplayedEntries > 0);
    }

    [Fact]
    public async Task A_session_survives_a_restart_with_a_fresh_timeout_and_its_ephemerals()
    {
        var log = GatedLog.InMemory();
        WebCoord.Core.Sessions.Session session;
        await using (var first = await RunningPipeline.StartAsync(log))
        {
            session = await first.OpenSessionAsync(30_000);
            await first.SubmitAsync(new Command.Create("/e", null, CreateMode.Ephemeral, Acl.Open), session.Id);
        }

        await using var second = await RunningPipeline.StartAsync(log);
        var survivor = second.State.Sessions.Find(session.Id);
        Assert.NotNull(survivor);
        Assert.Equal(["/e"], survivor.Ephemerals);
        Assert.InRange(second.State.LogClockMs - survivor.LastTouchMs, 0, 10_000);
    }

    [Fact]
    public async Task The_options_become_settings_once_and_the_state_keeps_them()
    {
        var log = GatedLog.InMemory();
        await using (var first = await RunningPipeline.StartAsync(log, "WebCoord:Limits:MaxNodes=77"))
        {
            Assert.Equal(77, first.State.Settings.MaxNodes);
        }

        await using var second = await RunningPipeline.StartAsync(log, "WebCoord:Limits:MaxNodes=88");
        Assert.Equal(77, second.State.Settings.MaxNodes);
    }

    /// <summary>Whatever breaks, nobody is left waiting, and the process stops by itself.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_pipeline_fails_everybody_is_answered_and_the_service_stops(bool inTheApplier)
    {
        var before = Environment.ExitCode;
        var pipeline = await RunningPipeline.StartAsync();
        await pipeline.OpenSessionAsync();
        if (inTheApplier)
        {
            var broken = new RecordingWatcher { OnEnqueue = () => throw new InvalidOperationException("broken") };
            pipeline.Applier.Arm((_, watches) =>
            {
                watches.Add("/a", WatchKind.Data, WatchMode.OneShot, broken);
                return true;
            });
        }
        else
        {
            pipeline.Log.FailWith(new InvalidOperationException("broken"));
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => pipeline.PutAsync("/a")))
            .WaitAsync(TimeSpan.FromSeconds(60));
        Assert.All(answers, answer => Assert.Contains(answer.Error, new[]
        {
            ErrorCode.OutcomeUnknown, ErrorCode.LogUnavailable,
        }));
        var lifetime = pipeline.Get<IHostApplicationLifetime>();
        await RunningPipeline.UntilAsync(
            () => lifetime.ApplicationStopping.IsCancellationRequested, "the service stops");
        await pipeline.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(1, Environment.ExitCode);
        Environment.ExitCode = before;
    }

    [Fact]
    public async Task An_instance_that_is_too_old_for_what_it_would_load_stops()
    {
        var before = Environment.ExitCode;
        var store = new SharedStore();
        await using var first = await RunningPipeline.StartSharedAsync(store);
        var sleeper = await RunningPipeline.StartSharedAsync(store);
        sleeper.SharedLog.HoldReading();
        await first.PutAsync("/newer");
        store.TrimTo(first.State with { FeatureLevel = CoordinationState.SupportedFeatureLevel + 1 });
        sleeper.SharedLog.Read();
        var stopping = sleeper.Get<IHostApplicationLifetime>().ApplicationStopping;
        await RunningPipeline.UntilAsync(() => stopping.IsCancellationRequested, "it stops");
        await sleeper.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(1, Environment.ExitCode);
        Environment.ExitCode = before;
    }
}
