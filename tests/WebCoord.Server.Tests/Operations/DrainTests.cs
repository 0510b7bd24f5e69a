using System.Net;
using WebCoord.Server.Tests.EndToEnd;
using WebCoord.Server.Tests.Rest;
using WebCoord.Server.Tests.SignalR;

namespace WebCoord.Server.Tests.Operations;

/// <summary>What clients and balancers see of a real server that is told to stop.</summary>
public sealed class DrainTests : IDisposable
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_not_ready_at_once_serves_on_for_a_while_and_only_then_asks_its_clients_to_leave()
    {
        // Ten minutes: longer than this test takes on any machine.
        await using var server = await ServerProcess.StartAsync(_folder.Path, "--WebCoord:Log:Kind=memory",
            "--WebCoord:Instance:DrainMs=600000");
        await using var client = await HubClient.ConnectAsync(server.Address);
        await client.CallAsync("OpenSession", new { timeoutMs = 30_000 });
        Assert.Equal("connected", (await NextStateAsync(client)).State);
        var poll = server.Client.SendAsync(HttpMethod.Get, "/v1/nodes/polled?wait=60s", null,
            ("If-None-Match", "\"absent\""));

        await server.SignalAsync("TERM");
        var ready = await SharedLogApplication.UntilAsync(503, () => server.Client.GetAsync("/health/ready"));
        Assert.Contains("stopping", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/health/live")).StatusCode);
        await (await server.Client.PutTextAsync("/late", "x")).JsonAsync(201);
        await client.CallAsync("GetNode", new { path = "/late" });
        await using (var newcomer = await HubClient.ConnectAsync(server.Address))
        {
            await newcomer.CallAsync("GetNode", new { path = "/late" });
        }

        Assert.False(poll.IsCompleted || client.Closed.IsCompleted);
        Assert.DoesNotContain(client.TakePushes(), push => push.Name == "SessionEvent");

        // Whoever tells it again is in a hurry.
        await server.SignalAsync("TERM");
        Assert.Equal(("suspended", "instance-stopping"), await NextStateAsync(client));
        await client.Closed.WaitAsync(MaxWait);
        Assert.True(client.MayReconnect);
        Assert.Equal(HttpStatusCode.NotModified, (await poll.WaitAsync(MaxWait)).StatusCode);
        Assert.Equal(0, await server.WaitForExitAsync());
    }

    [Fact]
    public async Task When_the_time_is_up_it_stops_by_itself()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Path, "--WebCoord:Log:Kind=memory",
            "--WebCoord:Instance:DrainMs=300");
        Assert.Equal(0, await server.StopAsync());
        Assert.Contains("for 300 ms it serves on", server.Output, StringComparison.Ordinal);
    }

    private static async Task<(string? State, string? Reason)> NextStateAsync(HubClient client)
    {
        var told = (await client.NextAsync("SessionEvent")).Body;
        return (told.GetProperty("state").GetString(), told.GetProperty("reason").GetString());
    }
}
