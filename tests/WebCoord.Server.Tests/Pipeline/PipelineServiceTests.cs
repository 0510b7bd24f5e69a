using WebCoord.Core.Commands;
using WebCoord.Core.Tree;
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
            digest = first.State.Digest;
        }

        await using var second = await RunningPipeline.StartAsync(log);
        Assert.Equal(100, second.State.Tree.Root.Children.Count - 1);
        Assert.True(second.Get<LogLoader>().Report.ReplayedEntries > 0);
        await using var replica = await RunningPipeline.StartAsync(GatedLog.InMemory());
        Assert.NotEqual(digest, replica.State.Digest);
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
}
