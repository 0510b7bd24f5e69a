using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WebCoord.Server.Tests.EndToEnd;
using WebCoord.Server.Tests.SignalR;

namespace WebCoord.Server.Tests.Wire;

/// <summary>One service, three ways in: what is done with kazoo is seen over REST and the hub, and the other way round.
/// </summary>
public sealed class BothWorldsTests(RunningWireServer server) : IClassFixture<RunningWireServer>
{
    private const int SessionMs = 10_000;

    /// <summary>Of a session whose end is waited for; a client on a loaded machine keeps it all the same.</summary>
    private const int ShortSessionSeconds = 4;

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo)]
    public async Task A_lock_has_one_holder_at_a_time_in_the_order_of_the_line()
    {
        const string Lock = "/both/contended";
        const int Rounds = 5;
        await using var one = await KazooProcess.StartAsync(server.Port);
        await using var other = await KazooProcess.StartAsync(server.Port);
        var holders = new Holders();

        async Task ContendWithKazooAsync(KazooProcess kazoo)
        {
            for (var round = 0; round < Rounds; round++)
            {
                await kazoo.BeginAsync($"lock {Lock}");
                var place = (await kazoo.NextAsync()).Split(' ')[1];
                await holders.HoldAsync(place);
                await kazoo.DoAsync($"unlock {Lock}");
            }
        }

        async Task ContendWithRestAsync()
        {
            var session = await RestSession.OpenAsync(server.Client, SessionMs);
            for (var round = 0; round < Rounds; round++)
            {
                var place = await session.LineUpAsync(Lock);
                await session.WaitForTurnAsync(Lock, place);
                await holders.HoldAsync(place);
                await session.DeleteAsync(place);
            }
        }

        await Task.WhenAll(ContendWithKazooAsync(one), ContendWithRestAsync(), ContendWithKazooAsync(other),
            ContendWithRestAsync());

        Assert.Equal(1, holders.Peak);
        Assert.Equal(4 * Rounds, holders.Places.Count);
        var numbers = holders.Places.ConvertAll(RestSession.NumberOf);
        Assert.Equal(numbers.Order(StringComparer.Ordinal), numbers);
    }

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo)]
    public async Task A_lock_of_a_killed_kazoo_goes_to_REST_when_the_session_is_over()
    {
        const string Lock = "/both/killed";
        await using var kazoo = await KazooProcess.StartAsync(server.Port, ShortSessionSeconds);
        await kazoo.BeginAsync($"lock {Lock}");
        var held = (await kazoo.NextAsync()).Split(' ')[1];
        var session = await RestSession.OpenAsync(server.Client, SessionMs);
        var place = await session.LineUpAsync(Lock);
        var waiting = session.WaitForTurnAsync(Lock, place);
        await Task.Delay(200);
        Assert.False(waiting.IsCompleted, "Two hold the lock.");

        await kazoo.KillAsync();
        await waiting;

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync($"/v1/nodes{Lock}/{held}"));
        Assert.Equal(HttpStatusCode.Gone, await StatusAsync($"/v1/sessions/{kazoo.Session}"));
    }

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo)]
    public async Task A_lock_of_a_silent_REST_client_goes_to_kazoo_when_the_session_is_over()
    {
        const string Lock = "/both/silent";
        await using var kazoo = await KazooProcess.StartAsync(server.Port);
        var session = await RestSession.OpenAsync(server.Client, ShortSessionSeconds * 1_000);
        await session.WaitForTurnAsync(Lock, await session.LineUpAsync(Lock));
        await kazoo.BeginAsync($"lock {Lock}");
        var locked = kazoo.NextAsync();
        for (var beat = 0; beat < 5; beat++)
        {
            Assert.Equal(HttpStatusCode.OK, await session.BeatAsync());
            await Task.Delay(100);
            Assert.False(locked.IsCompleted, "Two hold the lock.");
        }

        Assert.StartsWith("locked ", await locked, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Gone, await session.BeatAsync());
    }

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo)]
    public async Task What_kazoo_writes_fires_watches_of_the_hub()
    {
        await using var kazoo = await KazooProcess.StartAsync(server.Port);
        await kazoo.DoAsync("create /both/hub before");
        await using var hub = await HubClient.ConnectAsync(server.Address);
        await hub.CallAsync("Watch", new { watchId = "data", path = "/both/hub", kind = "data", mode = "once" });
        await hub.CallAsync("Watch", new { watchId = "new", path = "/both/hub/new", kind = "exists", mode = "once" });

        await kazoo.DoAsync("set /both/hub after");
        await kazoo.DoAsync("create /both/hub/new");

        var changed = await hub.NextAsync("WatchEvent");
        Assert.Equal(("data", "dataChanged"), (changed.WatchId, changed.Body.GetProperty("type").GetString()));
        var created = await hub.NextAsync("WatchEvent");
        Assert.Equal(("new", "created"), (created.WatchId, created.Body.GetProperty("type").GetString()));
        Assert.True(created.Zxid > changed.Zxid);
        var node = await hub.CallAsync("GetNode", new { path = "/both/hub" });
        Assert.Equal("after", node.GetProperty("data").GetString());
    }

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo)]
    public async Task What_the_hub_and_REST_write_fires_watches_of_kazoo()
    {
        await using var kazoo = await KazooProcess.StartAsync(server.Port);
        await using var hub = await HubClient.ConnectAsync(server.Address);
        await kazoo.DoAsync("watch /written");
        await hub.CallAsync("CreateNode", new { path = "/written", data = "0" });
        Assert.Equal("event CREATED /written", await kazoo.NextAsync());
        await kazoo.DoAsync("watch /written");
        await hub.CallAsync("PutNode", new { path = "/written", data = "1" });
        Assert.Equal("event CHANGED /written", await kazoo.NextAsync());
        await kazoo.DoAsync("watch-children /written");
        using (var put = await server.Client.PutAsJsonAsync("/v1/nodes/written/child", new { data = "" }))
        {
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        }

        Assert.Equal("event CHILD /written", await kazoo.NextAsync());
        await kazoo.DoAsync("watch /written");
        using var deleted = await server.Client.DeleteAsync("/v1/nodes/written?recursive=true");
        Assert.Equal("event DELETED /written", await kazoo.NextAsync());
    }

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo)]
    public async Task A_long_poll_ends_with_a_write_of_kazoo()
    {
        await using var kazoo = await KazooProcess.StartAsync(server.Port);
        await kazoo.DoAsync("create /both/polled before");
        using var before = await server.Client.GetAsync("/v1/nodes/both/polled");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/nodes/both/polled?wait=60s");
        request.Headers.IfNoneMatch.Add(before.Headers.ETag!);
        var polling = server.Client.SendAsync(request);

        await kazoo.DoAsync("set /both/polled after");

        using var answer = await polling;
        var node = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("after", node.GetProperty("data").GetString());
    }

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo)]
    public async Task A_session_of_kazoo_and_its_nodes_are_seen_over_REST()
    {
        await using var kazoo = await KazooProcess.StartAsync(server.Port);
        await kazoo.DoAsync("create /both/ephemeral data ephemeral");

        var node = await server.Client.GetFromJsonAsync<JsonElement>("/v1/nodes/both/ephemeral");
        Assert.Equal("ephemeral", node.GetProperty("stat").GetProperty("kind").GetString());
        Assert.Equal(kazoo.Session, node.GetProperty("stat").GetProperty("ephemeralOwner").GetString());
        var session = await server.Client.GetFromJsonAsync<JsonElement>($"/v1/sessions/{kazoo.Session}");
        Assert.Equal(SessionMs, session.GetProperty("timeoutMs").GetInt32());
        Assert.Equal(1, session.GetProperty("connections").GetInt32());
        Assert.Equal("/both/ephemeral", Assert.Single(session.GetProperty("ephemerals").EnumerateArray()).GetString());
        var sessions = await server.Client.GetFromJsonAsync<JsonElement>("/v1/sessions");
        Assert.Contains(kazoo.Session, sessions.GetProperty("sessions").EnumerateArray()
            .Select(listed => listed.GetProperty("sessionId").GetString()));

        await kazoo.StopAsync();

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/v1/nodes/both/ephemeral"));
        Assert.Equal(HttpStatusCode.Gone, await StatusAsync($"/v1/sessions/{kazoo.Session}"));
    }

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo)]
    public async Task A_session_of_REST_and_its_nodes_are_seen_by_kazoo()
    {
        await using var kazoo = await KazooProcess.StartAsync(server.Port);
        var session = await RestSession.OpenAsync(server.Client, SessionMs);
        await session.CreateAsync("/both/rest", "ephemeral");

        await kazoo.BeginAsync("owner /both/rest");
        Assert.Equal($"owner {session.Id}", await kazoo.NextAsync());
        Assert.Equal("done", await kazoo.NextAsync());
        await kazoo.DoAsync("watch /both/rest");
        using var closed = await session.SendAsync(HttpMethod.Delete, $"/v1/sessions/{session.Id}");
        Assert.Equal("event DELETED /both/rest", await kazoo.NextAsync());
    }

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo)]
    public async Task A_digest_of_kazoo_is_a_user_of_REST()
    {
        await using var kazoo = await KazooProcess.StartAsync(server.Port);
        await kazoo.DoAsync("create /both/hidden secret hidden");

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/v1/nodes/both/hidden"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/nodes/both/hidden");
        request.Headers.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("alice:secret")));
        using var answer = await server.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<HttpStatusCode> StatusAsync(string target)
    {
        using var response = await server.Client.GetAsync(target);
        return response.StatusCode;
    }

    /// <summary>Those that hold the lock, in their order, and how many did at once at the most.</summary>
    private sealed class Holders
    {
        private readonly Lock _lock = new();
        private int _now;

        public int Peak { get; private set; }

        public List<string> Places { get; } = [];

        public async Task HoldAsync(string place)
        {
            lock (_lock)
            {
                _now++;
                Peak = Math.Max(Peak, _now);
                Places.Add(place);
            }

            // Long enough for another to come in, if it could.
            await Task.Delay(10);
            lock (_lock)
            {
                _now--;
            }
        }
    }
}
