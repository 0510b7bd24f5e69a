using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Rest;
using WebCoord.Server.Security;
using WebCoord.Server.Tests.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.Rest;

/// <summary>What HTTP clients are told of a log that other instances use, too: while it is ahead, away, or has lost
/// something.</summary>
public sealed class SharedLogTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, SessionToken.KeyBytes).Select(i => (byte)i)];

    [Fact]
    public async Task A_read_sees_what_another_instance_has_written_before_and_a_local_one_does_not_wait()
    {
        await using var application = new SharedLogApplication();
        using var client = application.CreateClient();
        application.Log.CloseReads();
        var entry = await application.Log.AppendAsOtherAsync(Put("/a", "theirs"));
        var read = client.GetAsync("/v1/nodes/a");
        var synced = client.PostAsync("/v1/sync", null);
        await (await client.GetAsync("/v1/nodes/a?consistency=local")).ProblemAsync(404, "no-node");
        Assert.False(read.IsCompleted || synced.IsCompleted);
        application.Log.OpenReads();
        Assert.Equal("theirs", (await (await read).JsonAsync(200)).Text("data"));
        var zxid = (await (await synced).JsonAsync(200)).Text("zxid");
        Assert.True(long.Parse(zxid, CultureInfo.InvariantCulture) >= entry.LastZxid.Value);
    }

    [Fact]
    public async Task While_the_log_is_away_local_reads_are_marked_and_the_rest_is_refused()
    {
        await using var application = new SharedLogApplication();
        using var client = application.CreateClient();
        await (await client.PutTextAsync("/a", "x")).JsonAsync(201);
        var fresh = await client.GetAsync("/v1/nodes/a?consistency=local");
        Assert.Null(fresh.Header("WebCoord-Stale"));

        application.Log.CutOff("no route to the log");
        var refused = await client.GetAsync("/v1/nodes/a");
        Assert.Equal("1", refused.Header("Retry-After"));
        var problem = await refused.ProblemAsync(503, "log-unavailable");
        Assert.Contains("consistency=local", problem.Text("detail"), StringComparison.Ordinal);
        var write = await client.PutTextAsync("/a", "y");
        Assert.Equal("not-applied", (await write.ProblemAsync(503, "log-unavailable")).Text("outcome"));
        Assert.Equal("1", write.Header("Retry-After"));
        var stale = await client.GetAsync("/v1/nodes/a?consistency=local");
        Assert.Equal("x", (await stale.JsonAsync(200)).Text("data"));
        Assert.True(long.Parse(stale.Header("WebCoord-Stale")!, CultureInfo.InvariantCulture) >= 0);
        await (await client.GetAsync("/v1/cluster")).ProblemAsync(503, "log-unavailable");
        var log = (await (await client.GetAsync("/v1/cluster?consistency=local")).JsonAsync(200)).GetProperty("log");
        Assert.Equal("no route to the log", log.Text("problem"));
        Assert.False(log.GetProperty("available").GetBoolean());

        application.Log.Reconnect();
        await SharedLogApplication.UntilAsync(200, () => client.GetAsync("/v1/nodes/a"));
        var again = await client.GetAsync("/v1/nodes/a?consistency=local");
        Assert.Null(again.Header("WebCoord-Stale"));
    }

    [Fact]
    public async Task Of_a_write_that_may_have_happened_the_outcome_is_unknown()
    {
        await using var application = new SharedLogApplication();
        using var client = application.CreateClient();
        application.Log.FailWith(new LogUnavailableException("the connection broke", outcomeKnown: false));
        var put = await (await client.PutTextAsync("/a", "x")).ProblemAsync(504, "outcome-unknown");
        Assert.Equal("unknown", put.Text("outcome"));
        var open = await client.SendAsync(HttpMethod.Post, "/v1/sessions", new { timeoutMs = 4_000 });
        Assert.Equal("unknown", (await open.ProblemAsync(504, "outcome-unknown")).Text("outcome"));
    }

    [Fact]
    public async Task A_session_that_another_instance_has_just_opened_is_not_called_gone()
    {
        await using var application = new SharedLogApplication();
        using var client = application.CreateClient();
        application.Log.CloseReads();
        var entry = await application.Log.AppendAsOtherAsync(new Command.CreateSession(30_000, Key));
        var id = SessionId.From(entry.LastZxid);
        var token = ("WebCoord-Session", SessionToken.Format(Session(id)));
        var heartbeat = client.SendAsync(HttpMethod.Post, $"/v1/sessions/{id}/heartbeat", null, token);
        var write = client.SendAsync(HttpMethod.Put, "/v1/nodes/a", new { data = "x" }, token);
        var local = client.SendAsync(HttpMethod.Get, "/v1/nodes?consistency=local", null, token);
        var looked = client.GetAsync($"/v1/sessions/{id}?consistency=local");
        application.Log.OpenReads();
        await (await heartbeat).JsonAsync(200);
        await (await write).JsonAsync(201);
        await (await local).JsonAsync(200);
        await (await looked).JsonAsync(200);

        application.Log.CutOff();
        var unknown = ("WebCoord-Session", SessionToken.Format(Session(SessionId.From(new Zxid(1_000_000)))));
        var refused = await client.SendAsync(HttpMethod.Get, "/v1/nodes?consistency=local", null, unknown);
        await refused.ProblemAsync(503, "log-unavailable");
        application.Log.Reconnect();
        var gone = await client.SendAsync(HttpMethod.Get, "/v1/nodes?consistency=local", null, unknown);
        await gone.ProblemAsync(410, "session-expired");
    }

    [Fact]
    public async Task A_heartbeat_is_not_answered_while_the_end_of_the_session_may_not_have_been_seen()
    {
        await using var application = new SharedLogApplication();
        using var client = application.CreateClient();
        var token = await application.OpenSessionAsync();
        var id = token[..token.IndexOf('.', StringComparison.Ordinal)];
        application.Log.CloseReads();
        Assert.True(SessionId.TryParse(id, out var session));
        await application.Log.AppendAsOtherAsync(new Command.CloseSession(session));
        var heartbeat = client.SendAsync(HttpMethod.Post, $"/v1/sessions/{id}/heartbeat", null,
            ("WebCoord-Session", token));
        await Task.Delay(100);
        Assert.False(heartbeat.IsCompleted);
        application.Log.OpenReads();
        var problem = await (await heartbeat).ProblemAsync(410, "session-expired");
        Assert.Equal("closed", problem.GetProperty("sessionEnd").Text("reason"));
    }

    [Fact]
    public async Task A_poll_that_ends_while_the_log_is_away_claims_no_freshness()
    {
        await using var application = new SharedLogApplication();
        using var client = application.CreateClient();
        var poll = client.SendAsync(HttpMethod.Get, "/v1/nodes/a?wait=2s", null, ("If-None-Match", "\"absent\""));
        while (!(await client.GetStringAsync("/metrics")).Contains("webcoord_long_polls 1", default))
        {
            await Task.Delay(10);
        }

        application.Log.CutOff();
        var answer = await poll;
        Assert.Equal(304, (int)answer.StatusCode);
        Assert.NotNull(answer.Header("WebCoord-Stale"));
    }

    [Fact]
    public async Task In_a_session_that_may_have_ended_unheard_of_nothing_is_read()
    {
        await using var application = new SharedLogApplication();
        using var client = application.CreateClient();
        var token = ("WebCoord-Session", await OpenSessionAsync(client, 2_000));
        application.Log.CutOff();
        var refused = await SharedLogApplication.UntilAsync(503, () =>
            client.SendAsync(HttpMethod.Get, "/v1/nodes?consistency=local", null, token));
        var problem = await refused.ProblemAsync(503, "log-unavailable");
        Assert.Contains("another instance", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Equal("1", refused.Header("Retry-After"));
        await (await client.GetAsync("/v1/nodes?consistency=local")).JsonAsync(200);
        application.Log.Reconnect();
        await SharedLogApplication.UntilAsync(200, () =>
            client.SendAsync(HttpMethod.Get, "/v1/nodes?consistency=local", null, token));
    }

    [Fact]
    public async Task A_poll_in_a_session_does_not_end_as_if_the_session_were_well()
    {
        await using var application = new SharedLogApplication();
        using var client = application.CreateClient();
        var token = ("WebCoord-Session", await OpenSessionAsync(client, 12_000));
        var poll = client.SendAsync(HttpMethod.Get, "/v1/nodes/a?wait=6s&consistency=local", null, token,
            ("If-None-Match", "\"absent\""));
        var applier = application.Service<Applier>();
        while (applier.WatchCount == 0)
        {
            await Task.Delay(10);
        }

        application.Log.CutOff();
        await (await poll).ProblemAsync(503, "log-unavailable");
    }

    [Fact]
    public void A_local_read_is_marked_once_several_looks_were_not_answered()
    {
        var time = new ManualTime();
        var health = new LogHealth(time, isShared: true, NullLogger<LogHealth>.Instance);
        var staleness = new Staleness(GatedLog.Shared(), health);
        time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(Tell().ContainsKey("WebCoord-Stale"));
        time.Advance(TimeSpan.FromSeconds(0.3));
        Assert.Equal("1200", Tell()["WebCoord-Stale"]);

        IHeaderDictionary Tell()
        {
            var response = new DefaultHttpContext().Response;
            staleness.Tell(response);
            return response.Headers;
        }
    }

    [Fact]
    public async Task A_listing_does_not_go_on_in_a_state_that_was_lost()
    {
        await using var application = new SharedLogApplication();
        using var client = application.CreateClient();
        await (await client.PutTextAsync("/list", "")).JsonAsync(201);
        var kept = application.Service<Applier>().State;
        await (await client.PutTextAsync("/list/a", "")).JsonAsync(201);
        await (await client.PutTextAsync("/list/b", "")).JsonAsync(201);
        var first = await (await client.GetAsync("/v1/children/list?limit=1")).JsonAsync(200);
        var next = $"/v1/children/list?limit=1&consistency=local&cursor={first.Text("next")}";
        await (await client.GetAsync(next)).JsonAsync(200);
        application.Log.Close();
        await application.Log.RegressAsync(kept);
        var lost = await SharedLogApplication.UntilAsync(410, () => client.GetAsync(next));
        Assert.Contains("lost", (await lost.ProblemAsync(410, "cursor-expired")).Text("detail"),
            StringComparison.Ordinal);

        // So it is once the log has gone on beyond it, in a new epoch.
        application.Log.Open();
        var put = await SharedLogApplication.UntilAsync(201, () => client.PutTextAsync("/list/c", ""));
        Assert.True(application.Service<Applier>().State.LastZxid.Epoch > kept.LastZxid.Epoch, put.ToString());
        await (await client.GetAsync(next)).ProblemAsync(410, "cursor-expired");
    }

    [Fact]
    public async Task What_was_lost_with_a_part_of_the_log_is_refused_at_once()
    {
        await using var application = new SharedLogApplication();
        using var client = application.CreateClient();
        await (await client.PutTextAsync("/a", "kept")).JsonAsync(201);
        var kept = application.Service<Applier>().State;
        var lost = (await client.PutTextAsync("/a", "lost")).Header("WebCoord-Zxid")!;
        var token = await application.OpenSessionAsync();
        await application.Log.RegressAsync(kept);
        var read = await SharedLogApplication.UntilAsync(410, () =>
            client.SendAsync(HttpMethod.Get, "/v1/nodes/a", null, ("WebCoord-Min-Zxid", lost)));
        Assert.Contains("lost", (await read.ProblemAsync(410, "cursor-expired")).Text("detail"),
            StringComparison.Ordinal);
        var write = await client.SendAsync(HttpMethod.Put, "/v1/nodes/a", new { data = "x" },
            ("WebCoord-Min-Zxid", lost));
        Assert.Equal("not-applied", (await write.ProblemAsync(410, "cursor-expired")).Text("outcome"));
        Assert.Equal("kept", (await (await client.GetAsync("/v1/nodes/a")).JsonAsync(200)).Text("data"));
        var session = await client.SendAsync(HttpMethod.Get, "/v1/nodes/a", null, ("WebCoord-Session", token));
        Assert.Contains("lost", (await session.ProblemAsync(410, "session-expired")).Text("detail"),
            StringComparison.Ordinal);
        Assert.Contains("webcoord_log_regressions_total 1", await client.GetStringAsync("/metrics"),
            StringComparison.Ordinal);
    }

    private static async Task<string> OpenSessionAsync(HttpClient client, int timeoutMs) =>
        (await (await client.SendAsync(HttpMethod.Post, "/v1/sessions", new { timeoutMs })).JsonAsync(201))
            .Text("token");

    private static Command.Put Put(string path, string data) => new(path, Encoding.UTF8.GetBytes(data));

    private static Session Session(SessionId id) => new() { Id = id, Key = Key, TimeoutMs = 0, LastTouchMs = 0 };
}
