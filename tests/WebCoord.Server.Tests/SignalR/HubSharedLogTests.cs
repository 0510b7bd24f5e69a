using WebCoord.Core.Commands;
using WebCoord.Server.SignalR;
using WebCoord.Server.Tests.Pipeline;

namespace WebCoord.Server.Tests.SignalR;

/// <summary>What hub clients are told of a log that other instances use, too: while it is ahead, away, or has lost
/// something.</summary>
public sealed class HubSharedLogTests
{
    [Fact]
    public async Task After_a_loss_watches_end_in_one_resync_behind_what_was_queued()
    {
        var log = GatedLog.Shared();
        await using var server = await HubServer.StartAsync(log);
        await using var client = await server.ConnectAsync();
        await using var bystander = await server.ConnectAsync();
        var kept = server.Applier.State;
        foreach (var id in (string[])["one", "two", "three"])
        {
            await client.CallAsync("Watch", new { watchId = id, path = $"/{id}", kind = "exists", mode = "once" });
        }

        var lost = await server.PutAsync("/one", "lost");
        await log.RegressAsync(kept);
        Assert.Equal("one", (await client.NextAsync("WatchEvent")).WatchId);
        var resync = await client.NextAsync("Resync");
        Assert.Equal("log-regressed", resync.Body.GetProperty("reason").GetString());
        await NextClusterEventAsync(bystander, "logRegressed");
        var watches = await client.CallAsync("ListWatches", new { });
        Assert.Equal(0, watches.GetProperty("watches").GetArrayLength());
        Assert.Equal("no-node", (await client.CallForProblemAsync("GetNode", new { path = "/one" }))
            .GetProperty("code").GetString());
        Assert.DoesNotContain(client.TakePushes(), push => push.Name == "Resync");

        await client.CallAsync("Watch", new { watchId = "new", path = "/new", kind = "exists", mode = "once" });
        await server.PutAsync("/new", "x");
        Assert.Equal("new", (await client.NextAsync("WatchEvent")).WatchId);
        var expired = await client.CallForProblemAsync("OpenSession",
            new { timeoutMs = 5_000, lastZxid = lost.Zxid.ToString() });
        Assert.Equal("cursor-expired", expired.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_session_that_was_opened_in_the_lost_part_ends_with_that_reason()
    {
        var log = GatedLog.Shared();
        await using var server = await HubServer.StartAsync(log);
        await using var client = await server.ConnectAsync();
        var kept = server.Applier.State;
        await client.CallAsync("OpenSession", new { timeoutMs = 30_000 });
        await log.RegressAsync(kept);
        Assert.Equal(("connected", null), await NextStateAsync(client));
        Assert.Equal(("expired", "log-regressed"), await NextStateAsync(client));
    }

    [Fact]
    public async Task While_the_log_is_away_a_session_is_suspended_and_goes_on_once_all_is_known_again()
    {
        var log = GatedLog.Shared();
        await using var server = await HubServer.StartAsync(log);
        await using var client = await server.ConnectAsync();
        await client.CallAsync("OpenSession", new { timeoutMs = 6_000 });
        Assert.Equal(("connected", null), await NextStateAsync(client));
        log.CutOff();
        Assert.Equal(("suspended", "log-unavailable"), await NextStateAsync(client));
        var read = await client.CallForProblemAsync("GetNode", new { path = "/" });
        Assert.Equal("log-unavailable", read.GetProperty("code").GetString());
        await client.CallAsync("GetNode", new { path = "/", consistency = "local" });

        // It is heard from again, but the end of the session is not seen yet: nobody says that all is well.
        var session = Assert.Single(server.Applier.State.Sessions).Id;
        log.CloseReads();
        await log.AppendAsOtherAsync(new Command.CloseSession(session));
        log.Reconnect();
        await Task.Delay(1_500);
        log.OpenReads();
        Assert.Equal(("expired", "session-closed"), await NextStateAsync(client));
    }

    [Fact]
    public async Task While_the_log_is_asked_for_one_session_the_others_are_looked_after()
    {
        var log = GatedLog.Shared();
        await using var server = await HubServer.StartAsync(log);
        await using var resuming = await server.ConnectAsync();
        await using var client = await server.ConnectAsync();
        await resuming.CallAsync("OpenSession", new { timeoutMs = 2_000 });
        Assert.Equal(("connected", null), await NextStateAsync(resuming));
        log.CutOff();
        Assert.Equal(("suspended", "log-unavailable"), await NextStateAsync(resuming));

        // The log answers again, but not when it is asked for its head, as is done for whoever is to be resumed.
        var looks = log.Looks;
        log.CloseLooks();
        log.Reconnect();
        await HubServer.UntilAsync(() => log.Looks > looks);
        await client.CallAsync("OpenSession", new { timeoutMs = 2_000 });
        Assert.Equal(("connected", null), await NextStateAsync(client));
        log.Close();
        Assert.Equal(("suspended", "log-unavailable"), await NextStateAsync(client));
        log.OpenAll();
        Assert.Equal(("resumed", null), await NextStateAsync(client));
    }

    [Fact]
    public async Task A_loss_is_told_before_any_answer_from_what_is_left()
    {
        var log = GatedLog.Shared();
        await using var server = await HubServer.StartAsync(log);
        await using var client = await server.ConnectAsync();
        await client.CallAsync("ListWatches", new { });
        var connection = Assert.Single(server.Connections.All);
        var kept = server.Applier.State;
        var lost = await server.PutAsync("/lost", "x");
        Assert.True(lost.Succeeded);
        log.Close();
        AnswerTurn? turn = null;
        var wasReady = true;
        server.Applier.Displacing += (_, _) =>
        {
            // A call that comes at this very moment, when the state that it could be answered from is the lost one.
            turn = connection.Queue.BeginAnswer();
            wasReady = turn.Ready.IsCompleted;
        };
        await log.RegressAsync(kept);
        await NextClusterEventAsync(client, "logRegressed");
        Assert.False(wasReady);
        await turn!.Ready;
        Assert.Equal(kept.LastZxid, turn.State.LastZxid);
        turn.End();
        log.Open();
    }

    [Fact]
    public async Task A_watch_that_is_armed_before_a_loss_is_told_is_answered_before_it_fires()
    {
        var log = GatedLog.Shared();
        await using var server = await HubServer.StartAsync(log);
        await using var client = await server.ConnectAsync();
        await client.CallAsync("ListWatches", new { });
        var connection = Assert.Single(server.Connections.All);
        var kept = server.Applier.State;
        await server.PutAsync("/lost", "x");

        // An answer that is not written yet keeps back what is to be told of the loss.
        var answer = connection.Queue.BeginAnswer();
        log.Close();
        await log.RegressAsync(kept);
        await HubServer.UntilAsync(() => server.Applier.State.LastZxid == kept.LastZxid);
        var arming = client.CallForArrivalAsync("Watch",
            new { watchId = "w", path = "/new", kind = "exists", mode = "once", consistency = "local" });
        await HubServer.UntilAsync(() => server.Applier.WatchCount == 1);
        log.Open();
        await server.PutAsync("/new", "x");
        await HubServer.UntilAsync(() => server.Applier.State.Tree.Find("/new") is not null);
        answer.End();
        var armed = await arming;
        Assert.True(armed.Order < (await client.NextAsync("WatchEvent")).Order);
    }

    [Fact]
    public async Task What_was_queued_before_a_loss_is_sent_though_nothing_new_is_written()
    {
        var log = GatedLog.Shared();
        await using var server = await HubServer.StartAsync(log);
        await using var client = await server.ConnectAsync();
        await client.CallAsync("Watch", new { watchId = "w", path = "/lost", kind = "exists", mode = "once" });
        var connection = Assert.Single(server.Connections.All);
        var kept = server.Applier.State;

        // An answer that is not written yet keeps back the event of the only watch.
        var answer = connection.Queue.BeginAnswer();
        await server.PutAsync("/lost", "x");
        log.Close();
        await log.RegressAsync(kept);
        await HubServer.UntilAsync(() => server.Applier.State.LastZxid == kept.LastZxid);
        Assert.DoesNotContain(client.TakePushes(), push => push.Name == "WatchEvent");
        answer.End();
        var heard = new List<string>();
        while (!heard.Contains("WatchEvent") || !heard.Contains("logRegressed"))
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            var push = await client.NextAsync(timeout.Token);
            heard.Add(push.Name == "ClusterEvent" ? push.Body.GetProperty("type").GetString()! : push.Name);
        }

        Assert.Equal(["WatchEvent", "logRegressed"], heard.Where(name => name is "WatchEvent" or "logRegressed"));
        log.Open();
    }

    [Fact]
    public async Task A_server_that_stops_asks_its_clients_to_go_elsewhere()
    {
        await using var server = await HubServer.StartAsync(GatedLog.Shared());
        await using var client = await server.ConnectAsync();
        await client.CallAsync("OpenSession", new { timeoutMs = 30_000 });
        Assert.Equal(("connected", null), await NextStateAsync(client));
        server.Lifetime.StopApplication();
        Assert.Equal(("suspended", "instance-stopping"), await NextStateAsync(client));
        await client.Closed.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(client.MayReconnect);
        Assert.Single(server.Applier.State.Sessions);
    }

    private static async Task NextClusterEventAsync(HubClient client, string type)
    {
        while ((await client.NextAsync("ClusterEvent")).Body.GetProperty("type").GetString() != type)
        {
            // Others may come before.
        }
    }

    private static async Task<(string?, string?)> NextStateAsync(HubClient client)
    {
        var told = (await client.NextAsync("SessionEvent")).Body;
        return (told.GetProperty("state").GetString(), told.GetProperty("reason").GetString());
    }
}
