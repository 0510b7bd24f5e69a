using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Tests.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.SignalR;

public sealed class HubSessionTests
{
    private static readonly string[] FastTicks =
        ["--WebCoord:Sessions:TickMs=100", "--WebCoord:Sessions:MinTimeoutMs=1000"];

    [Fact]
    [Trait("About", "time")]
    public async Task A_silent_connection_keeps_its_session_alive_far_beyond_its_timeout()
    {
        await using var server = await HubServer.StartAsync(FastTicks);
        await using var client = await server.ConnectAsync();
        var opened = await OpenAsync(client, 2_000);
        await client.CallAsync("CreateNode", new { path = "/e", mode = "ephemeral" });

        // Nothing but pongs goes over the connection meanwhile.
        await Task.Delay(6_000);

        Assert.NotNull(server.Applier.State.Sessions.Find(IdOf(opened)));
        await client.CallAsync("GetNode", new { path = "/e" });
        var states = client.TakePushes().Where(push => push.Name == "SessionEvent");
        Assert.Equal(["connected"], states.Select(push => push.Body.GetProperty("state").GetString()));
    }

    [Fact]
    [Trait("About", "time")]
    public async Task When_a_connection_breaks_its_ephemeral_nodes_stay_until_the_timeout_and_then_go()
    {
        await using var server = await HubServer.StartAsync(FastTicks);
        await using var client = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        await OpenAsync(client, 3_000);
        await client.CallAsync("CreateNode", new { path = "/e", mode = "ephemeral" });
        await other.CallAsync("Watch", new { watchId = "w", path = "/e", kind = "data", mode = "once" });

        client.Abort();
        var broken = Stopwatch.StartNew();
        await HubServer.UntilAsync(() => server.Connections.Count == 1);
        Assert.NotNull(server.Applier.State.Tree.Find("/e"));
        var push = await other.NextAsync("WatchEvent");

        Assert.True(broken.ElapsedMilliseconds > 1_500, $"It went after {broken.ElapsedMilliseconds} ms already.");
        Assert.Equal("deleted", push.Body.GetProperty("type").GetString());
        Assert.Equal("session-expired", push.Body.GetProperty("cause").GetString());
    }

    [Fact]
    public async Task A_session_is_resumed_on_a_second_connection_and_the_first_is_told_and_refused()
    {
        await using var server = await HubServer.StartAsync(FastTicks);
        await using var first = await server.ConnectAsync();
        await using var second = await server.ConnectAsync();
        var opened = await OpenAsync(first, 5_000);
        await first.CallAsync("CreateNode", new { path = "/e", mode = "ephemeral" });

        var resumed = await second.CallAsync("OpenSession", new { token = opened.GetProperty("token").GetString() });
        Assert.Equal(opened.GetProperty("sessionId").GetString(), resumed.GetProperty("sessionId").GetString());
        Assert.Equal(5_000, resumed.GetProperty("timeoutMs").GetInt32());
        Assert.Equal("connected", await NextStateAsync(first));
        var moved = await first.NextAsync("SessionEvent");
        Assert.Equal("suspended", moved.Body.GetProperty("state").GetString());
        Assert.Equal("session-moved", moved.Body.GetProperty("reason").GetString());
        var problem = await first.CallForProblemAsync("PutNode", new { path = "/e", data = "x" });
        Assert.Equal("session-moved", problem.GetProperty("code").GetString());

        await second.CallAsync("CloseSession", new { });
        Assert.Null(server.Applier.State.Tree.Find("/e"));
        Assert.Equal("session-expired",
            (await first.CallForProblemAsync("PutNode", new { path = "/x" })).GetProperty("code").GetString());
        await OpenAsync(first, 5_000);
        await first.CallAsync("PutNode", new { path = "/x" });
    }

    [Fact]
    public async Task A_session_that_ends_elsewhere_is_told_to_its_connection()
    {
        await using var server = await HubServer.StartAsync(FastTicks);
        await using var client = await server.ConnectAsync();
        var opened = await OpenAsync(client, 5_000);
        Assert.Equal("connected", await NextStateAsync(client));

        await server.SubmitAsync(new Command.CloseSession(IdOf(opened)));

        var ended = await client.NextAsync("SessionEvent");
        Assert.Equal("expired", ended.Body.GetProperty("state").GetString());
        Assert.Equal("session-closed", ended.Body.GetProperty("reason").GetString());
        var problem = await client.CallForProblemAsync("PutNode", new { path = "/x" });
        Assert.Equal("session-expired", problem.GetProperty("code").GetString());
        Assert.Equal("closed", problem.GetProperty("sessionEnd").GetProperty("reason").GetString());
        var resumed = await client.CallForProblemAsync("OpenSession",
            new { timeoutMs = 5_000, token = opened.GetProperty("token").GetString() });
        Assert.Equal("session-expired", resumed.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_wrong_token_a_second_session_and_an_unseen_zxid_are_refused()
    {
        await using var server = await HubServer.StartAsync(FastTicks);
        await using var client = await server.ConnectAsync();
        var ahead = await client.CallForProblemAsync("OpenSession",
            new { timeoutMs = 5_000, lastZxid = "9000000000000" });
        Assert.Equal("replica-behind", ahead.GetProperty("code").GetString());
        var opened = await OpenAsync(client, 5_000);

        var another = await client.CallForProblemAsync("OpenSession", new { timeoutMs = 5_000 });
        Assert.Equal("bad-arguments", another.GetProperty("code").GetString());
        await using var thief = await server.ConnectAsync();
        var forged = opened.GetProperty("sessionId").GetString() + ".AAAAAAAAAAAAAAAAAAAAAA";
        var problem = await thief.CallForProblemAsync("OpenSession", new { timeoutMs = 5_000, token = forged });
        Assert.Equal("auth-failed", problem.GetProperty("code").GetString());
        var unopened = await thief.CallForProblemAsync("CloseSession", new { });
        Assert.Equal("session-expired", unopened.GetProperty("code").GetString());
        await client.CallAsync("PutNode", new { path = "/mine" });
    }

    [Fact]
    public async Task Clients_are_told_when_the_log_goes_away_and_comes_back()
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await client.CallAsync("Sync", new { });

        server.Health.Failed(new LogUnavailableException("The disk is full.", outcomeKnown: true));
        Assert.Equal("logUnavailable", await NextClusterEventAsync(client, "logUnavailable"));
        server.Health.Contacted(0, Zxid.None);
        Assert.Equal("logRestored", await NextClusterEventAsync(client, "logRestored"));
    }

    [Fact]
    public async Task Clients_are_told_which_instances_come_and_go()
    {
        await using var server = await HubServer.StartAsync(FastTicks);
        await using var client = await server.ConnectAsync();
        await client.CallAsync("Sync", new { });

        var other = new InstanceReport(77, "other", "http://other.example", 1, default, default, 0, 0);
        Assert.True((await server.SubmitAsync(new Command.InstanceHeartbeat(other))).Succeeded);
        await UntilToldAsync("instanceJoined");
        Assert.True((await server.SubmitAsync(new Command.InstanceLeft(77, null))).Succeeded);
        await UntilToldAsync("instanceLeft");

        async Task UntilToldAsync(string type)
        {
            Arrival push;
            do
            {
                push = await client.NextAsync("ClusterEvent");
            }
            while (push.Body.GetProperty("type").GetString() != type
                || push.Body.GetProperty("instance").GetString() != "other");
        }
    }

    [Fact]
    public async Task A_session_is_suspended_while_the_log_is_silent_and_resumed_after()
    {
        var log = GatedLog.InMemory();
        await using var server = await HubServer.StartAsync(
            services => services.AddSingleton<ITransactionLog>(provider =>
            {
                log.Incarnation = provider.GetRequiredService<LocalInstance>().Id;
                return log;
            }), FastTicks);
        await using var client = await server.ConnectAsync();
        await OpenAsync(client, 6_000);
        Assert.Equal("connected", await NextStateAsync(client));

        log.Close();
        var suspended = await client.NextAsync("SessionEvent");
        Assert.Equal("suspended", suspended.Body.GetProperty("state").GetString());
        Assert.Equal("log-unavailable", suspended.Body.GetProperty("reason").GetString());
        log.Open();
        Assert.Equal("resumed", await NextStateAsync(client));
        await client.CallAsync("PutNode", new { path = "/mine" });
    }

    [Fact]
    [Trait("About", "time")]
    public async Task A_client_that_answers_no_ping_loses_its_session_though_its_socket_is_open()
    {
        await using var server = await HubServer.StartAsync(FastTicks);
        await using var dead = await HubClient.ConnectAsync(server.Address, read: false);

        await dead.SendTextAsync("""{"type":1,"target":"OpenSession","arguments":[{"timeoutMs":2000}]}""" + "\u001e");
        await HubServer.UntilAsync(() => server.Applier.State.Sessions.Count == 1);
        await HubServer.UntilAsync(() => server.Applier.State.Sessions.Count == 0);

        Assert.Equal(1, server.Connections.Count);
    }

    [Fact]
    public async Task Calls_on_the_session_keep_their_order_though_the_first_waits()
    {
        await using var server = await HubServer.StartAsync(FastTicks);
        await using var client = await server.ConnectAsync();
        var lastZxid = new Zxid(server.Applier.State.LastZxid.Value + 1).ToString();

        var first = await client.BeginCallAsync("OpenSession", new { timeoutMs = 5_000, lastZxid });
        var closing = await client.BeginCallAsync("CloseSession", new { });
        var second = await client.BeginCallAsync("OpenSession", new { timeoutMs = 5_000 });
        await server.PutAsync("/other", "");

        var gone = IdOf((await first).Body);
        await closing;
        var held = IdOf((await second).Body);
        Assert.NotEqual(gone, held);
        Assert.Null(server.Applier.State.Sessions.Find(gone));
        await client.CallAsync("CreateNode", new { path = "/e", mode = "ephemeral" });
        Assert.Equal(held, Assert.Single(server.Applier.State.Sessions).Id);
    }

    private static async Task<string?> NextClusterEventAsync(HubClient client, string type)
    {
        while (true)
        {
            var push = await client.NextAsync("ClusterEvent");
            if (push.Body.GetProperty("type").GetString() == type)
            {
                return type;
            }
        }
    }

    private static Task<JsonElement> OpenAsync(HubClient client, int timeoutMs) =>
        client.CallAsync("OpenSession", new { timeoutMs });

    private static SessionId IdOf(JsonElement session) =>
        SessionId.TryParse(session.GetProperty("sessionId").GetString(), out var id) ? id : default;

    private static async Task<string?> NextStateAsync(HubClient client) =>
        (await client.NextAsync("SessionEvent")).Body.GetProperty("state").GetString();
}
