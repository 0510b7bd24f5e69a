using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;
using WebCoord.Server.SignalR;

namespace WebCoord.Server.Tests.SignalR;

public sealed class HubWatchTests
{
    [Theory]
    [InlineData("data", "dataChanged")]
    [InlineData("exists", "dataChanged")]
    [InlineData("children", "childrenChanged")]
    public async Task A_one_shot_watch_fires_once(string kind, string type)
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await server.PutAsync("/w", "0");

        var armed = await client.CallAsync("Watch", new { watchId = "w", path = "/w", kind, mode = "once" });
        Assert.True(armed.GetProperty("exists").GetBoolean());
        for (var i = 0; i < 3; i++)
        {
            await server.PutAsync("/w", "1");
            await server.PutAsync(string.Create(CultureInfo.InvariantCulture, $"/w/c{i}"), "1");
        }

        await client.CallAsync("Sync", new { });
        var push = Assert.Single(client.TakePushes());
        Assert.Equal(("WatchEvent", "w"), (push.Name, push.WatchId));
        Assert.Equal(type, push.Body.GetProperty("type").GetString());
        Assert.Equal("/w", push.Body.GetProperty("path").GetString());
        Assert.Equal("write", push.Body.GetProperty("cause").GetString());
        Assert.Empty(await ListAsync(client));
    }

    [Fact]
    public async Task A_missing_node_can_be_watched_for_its_creation_only()
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();

        foreach (var kind in new[] { "data", "children" })
        {
            var problem = await client.CallForProblemAsync("Watch",
                new { watchId = "x", path = "/m", kind, mode = "once" });
            Assert.Equal("no-node", problem.GetProperty("code").GetString());
        }

        Assert.Empty(await ListAsync(client));
        await client.CallAsync("Watch", new { watchId = "x", path = "/m", kind = "exists", mode = "once" });
        await server.PutAsync("/m", "");
        Assert.Equal("created", (await client.NextAsync("WatchEvent")).Body.GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_watch_is_replaced_by_its_id_listed_and_removed()
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await server.PutAsync("/a", "");
        await server.PutAsync("/b", "");

        await client.CallAsync("Watch", new { watchId = "w", path = "/a", kind = "data", mode = "once" });
        await client.CallAsync("Watch", new { watchId = "w", path = "/b", kind = "children", mode = "once" });
        Assert.Equal(["w /b children once"], await ListAsync(client));
        await client.CallAsync("Unwatch", new { watchId = "w" });
        var problem = await client.CallForProblemAsync("Unwatch", new { watchId = "w" });
        Assert.Equal("no-watcher", problem.GetProperty("code").GetString());
        await server.PutAsync("/a", "x");
        await server.PutAsync("/b/c", "x");
        await client.CallAsync("Sync", new { });
        Assert.Empty(client.TakePushes());
    }

    [Fact]
    public async Task An_event_that_the_client_may_no_longer_read_becomes_watchRevoked()
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await server.PutAsync("/r", "");
        await client.CallAsync("Watch", new { watchId = "w", path = "/r", kind = "data", mode = "once" });

        var locked = new Acl([new AclEntry(Permissions.All & ~Permissions.Read, "world", "anyone")]);
        Assert.True((await server.SubmitAsync(new Command.SetAcl("/r", locked))).Succeeded);
        await server.PutAsync("/r", "secret");

        var push = await client.NextAsync("WatchEvent");
        Assert.Equal("watchRevoked", push.Body.GetProperty("type").GetString());
        Assert.Empty(await ListAsync(client));
    }

    [Fact]
    public async Task A_connection_has_no_more_watches_than_it_may_and_none_when_it_is_gone()
    {
        await using var server = await HubServer.StartAsync("--WebCoord:Limits:MaxWatchesPerConnection=2");
        await using (var client = await server.ConnectAsync())
        {
            await WatchAsync(client, "1");
            await WatchAsync(client, "2");
            await WatchAsync(client, "2");
            var problem = await client.CallForProblemAsync("Watch",
                new { watchId = "3", path = "/", kind = "children", mode = "once" });
            Assert.Equal("quota-exceeded", problem.GetProperty("code").GetString());
            Assert.Equal(2, server.Applier.WatchCount);
        }

        await HubServer.UntilAsync(() => server.Applier.WatchCount == 0 && server.Connections.Count == 0);
    }

    [Fact]
    public async Task Whoever_lets_too_many_events_gather_gets_those_and_one_Resync_and_can_begin_anew()
    {
        await using var server = await HubServer.StartAsync("--WebCoord:Limits:MaxQueuedEventsPerConnection=100");
        await using var client = await server.ConnectAsync();
        await server.PutAsync("/o", "");
        for (var i = 0; i < 300; i++)
        {
            await WatchAsync(client, i.ToString(CultureInfo.InvariantCulture), "/o", "data");
        }

        await WatchAsync(client, "root", "/", "children");
        await server.PutAsync("/o", "x");
        await HubServer.UntilAsync(() => server.Applier.WatchCount == 0);
        await client.CallAsync("Sync", new { });

        var pushes = client.TakePushes();
        // A cluster event may have had one of the places.
        Assert.InRange(pushes.Count, 99 + 1, 100 + 1);
        Assert.Equal([.. Enumerable.Repeat("WatchEvent", pushes.Count - 1), "Resync"],
            pushes.Select(push => push.Name));
        Assert.Equal("queue-overflow", pushes[^1].Body.GetProperty("reason").GetString());
        Assert.Empty(await ListAsync(client));
        await WatchAsync(client, "again", "/o", "data");
        await server.PutAsync("/o", "y");
        Assert.Equal("again", (await client.NextAsync("WatchEvent")).WatchId);
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_up_no_other()
    {
        await using var server = await HubServer.StartAsync("--WebCoord:Sessions:PongTimeoutMs=3600000");
        var path = "/" + new string('p', 4_000);
        await server.PutAsync(path, "");
        await using var stalled = await HubClient.ConnectAsync(server.Address, read: false);
        await using var lively = await server.ConnectAsync();
        for (var i = 0; i < 5_000; i++)
        {
            var watch = $$$"""{"watchId":"{{{i}}}","path":"{{{path}}}","kind":"data","mode":"once"}""";
            await stalled.SendTextAsync($$"""{"type":1,"target":"Watch","arguments":[{{watch}}]}""" + "\u001e");
        }

        await HubServer.UntilAsync(() => server.Applier.WatchCount == 5_000);
        for (var i = 0; i < 20; i++)
        {
            await WatchAsync(lively, "w", path, "data");
            await server.PutAsync(path, "x");
            await lively.NextAsync("WatchEvent");
        }

        Assert.Equal(2, server.Connections.Count);
    }

    [Fact]
    public async Task Calls_on_watches_keep_their_order_though_the_first_waits()
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await server.PutAsync("/w", "");
        // So far ahead that what the service writes by itself does not get there.
        const int ahead = 50;
        var minZxid = new Core.Zxid(server.Applier.State.LastZxid.Value + ahead).ToString();

        var watching = await client.BeginCallAsync("Watch",
            new { watchId = "w", path = "/w", kind = "data", mode = "once", minZxid });
        var unwatching = await client.BeginCallAsync("Unwatch", new { watchId = "w" });
        await client.CallAsync("GetNode", new { path = "/w" });
        Assert.False(watching.IsCompleted || unwatching.IsCompleted);
        for (var written = 0; written < ahead; written++)
        {
            await server.PutAsync("/other", "");
        }

        await watching;
        await unwatching;
        Assert.Empty(await ListAsync(client));
    }

    [Fact]
    public async Task A_push_that_fails_closes_the_queue_and_keeps_no_answer_waiting()
    {
        await using var server = await HubServer.StartAsync();
        var failure = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var queue = new OutgoingQueue(server.Applier, 10, failure.SetResult);

        Assert.True(queue.TryEnqueueNotice(() => throw new InvalidDataException("It cannot be written.")));

        Assert.IsType<InvalidDataException>(await failure.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        await queue.BeginAnswer().Ready.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Under_a_storm_of_writes_every_registration_has_one_event_in_order_and_before_answers(int seed)
    {
        await using var server = await HubServer.StartAsync(services =>
            services.Configure<HubOptions>(hub => hub.AddFilter(new LateAnswers())));
        await using var client = await server.ConnectAsync();
        await server.PutAsync("/hot", "start");
        using var stop = new CancellationTokenSource();
        var storm = new[] { StormAsync(server, seed, stop.Token), StormAsync(server, seed + 100, stop.Token) };

        var random = new Random(seed);
        var answers = new List<(int Order, long Zxid)>();
        var reads = new List<Task<Arrival>>();
        var events = new List<Arrival>();
        for (var i = 0; i < 150; i++)
        {
            var id = i.ToString(CultureInfo.InvariantCulture);
            var watching = await client.BeginCallAsync("Watch",
                new { watchId = id, path = "/hot", kind = "data", mode = "once" });
            for (var read = random.Next(4); read > 0; read--)
            {
                reads.Add(await client.BeginCallAsync("GetNode", new { path = "/hot" }));
            }

            var armed = await watching;
            answers.Add((armed.Order, ZxidOf(armed.Body, "zxid")));
            var push = await client.NextAsync("WatchEvent");
            Assert.Equal(id, push.WatchId);
            Assert.True(push.Zxid > answers[^1].Zxid, $"seed {seed}: an event of the past");
            events.Add(push);
        }

        await stop.CancelAsync();
        await Task.WhenAll(storm);
        foreach (var read in reads)
        {
            var answer = await read;
            answers.Add((answer.Order, ZxidOf(answer.Body.GetProperty("stat"), "mzxid")));
        }

        Assert.Empty(client.TakePushes());
        var zxids = events.ConvertAll(push => push.Zxid);
        Assert.Equal(zxids.Order().Distinct(), zxids);
        var early = answers.Where(answer =>
            events.Exists(push => push.Order > answer.Order && push.Zxid <= answer.Zxid));
        Assert.True(!early.Any(), $"seed {seed}: an answer showed a state before its event");
        var late = answers.Where(answer =>
            events.Exists(push => push.Order < answer.Order && push.Zxid > answer.Zxid));
        Assert.True(!late.Any(), $"seed {seed}: an event was before an answer that does not know of it");
    }

    private static long ZxidOf(JsonElement body, string name) =>
        long.Parse(body.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static async Task StormAsync(HubServer server, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        while (!stop.IsCancellationRequested)
        {
            await server.PutAsync(random.Next(4) == 0 ? "/cold" : "/hot", "x");
        }
    }

    private static Task<JsonElement> WatchAsync(HubClient client, string watchId, string path = "/",
        string kind = "children") =>
        client.CallAsync("Watch", new { watchId, path, kind, mode = "once" });

    private static async Task<string[]> ListAsync(HubClient client)
    {
        var answer = await client.CallAsync("ListWatches", new { });
        return [.. answer.GetProperty("watches").EnumerateArray().Select(watch => string.Join(' ',
            watch.GetProperty("watchId"), watch.GetProperty("path"), watch.GetProperty("kind"),
            watch.GetProperty("mode")))];
    }
}
