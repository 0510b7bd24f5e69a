using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Rest;

public sealed class NodesApiTests(WebCoordApplication application) : IClassFixture<WebCoordApplication>, IDisposable
{
    private readonly HttpClient _client = application.ClientOf();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_node_is_created_read_set_and_deleted()
    {
        var created = await _client.PutTextAsync("/app", "one");
        var body = await created.JsonAsync(201);
        Assert.Equal("/v1/nodes/app", created.Header("Location"));
        Assert.Equal(LogUnderTest.Durability, created.Header("WebCoord-Durability"));
        Assert.Equal(body.Text("etag"), created.Header("ETag"));
        Assert.False(body.TryGetProperty("data", out _));

        var read = await _client.GetAsync("/v1/nodes/app");
        var node = await read.JsonAsync(200);
        Assert.Equal("one", node.Text("data"));
        Assert.Equal("utf8", node.Text("encoding"));
        Assert.Equal("persistent", node.GetProperty("stat").Text("kind"));
        Assert.Equal(created.Header("ETag"), read.Header("ETag"));
        Assert.Equal("no-cache", read.Header("Cache-Control"));
        Assert.Equal(created.Header("WebCoord-Zxid"), node.GetProperty("stat").Text("czxid"));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", node.GetProperty("stat").Text("ctime"));

        var set = await (await _client.PutTextAsync("/app", "two")).JsonAsync(200);
        Assert.Equal(1, set.GetProperty("stat").GetProperty("version").GetInt32());
        Assert.Equal(204, (int)(await _client.DeleteAsync("/v1/nodes/app")).StatusCode);
        var gone = await _client.GetAsync("/v1/nodes/app");
        await gone.ProblemAsync(404, "no-node");
        Assert.Equal("\"absent\"", gone.Header("ETag"));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_and_null_come_back_as_they_were()
    {
        await _client.SendAsync(HttpMethod.Put, "/v1/nodes/b", new { data = "/wA=", encoding = "base64" });
        var binary = await (await _client.GetAsync("/v1/nodes/b")).JsonAsync(200);
        Assert.Equal(("base64", "/wA="), (binary.Text("encoding"), binary.Text("data")));
        await _client.SendAsync(HttpMethod.Put, "/v1/nodes/n", "{}");
        var none = await (await _client.GetAsync("/v1/nodes/n")).JsonAsync(200);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, none.GetProperty("data").ValueKind);
        await _client.PutTextAsync("/t", "text");
        var forced = await (await _client.GetAsync("/v1/nodes/t?encoding=base64")).JsonAsync(200);
        Assert.Equal("dGV4dA==", forced.Text("data"));
    }

    [Fact]
    public async Task Conditions_on_writes_are_kept()
    {
        var first = (await _client.PutTextAsync("/c", "1")).Header("ETag")!;
        var second = await _client.SendAsync(HttpMethod.Put, "/v1/nodes/c", "{}", ("If-Match", first));
        Assert.Equal(200, (int)second.StatusCode);
        var stale = await _client.SendAsync(HttpMethod.Put, "/v1/nodes/c", "{}", ("If-Match", first));
        var problem = await stale.ProblemAsync(412, "bad-version");
        Assert.Equal(second.Header("ETag"), stale.Header("ETag"));
        Assert.Equal(second.Header("ETag"), problem.GetProperty("current").Text("etag"));
        Assert.Equal("not-applied", problem.Text("outcome"));
        Assert.Equal(-103, problem.GetProperty("zkCode").GetInt32());
        await (await _client.SendAsync(HttpMethod.Put, "/v1/nodes/c", "{}", ("If-Match", "W/" + second.Header("ETag"))))
            .ProblemAsync(412, "bad-version");
        await (await _client.SendAsync(HttpMethod.Put, "/v1/nodes/c", "{}", ("If-Match", "\"foreign\"")))
            .ProblemAsync(412, "bad-version");
        await (await _client.SendAsync(HttpMethod.Put, "/v1/nodes/c?version=7", "{}")).ProblemAsync(412, "bad-version");
        await (await _client.SendAsync(HttpMethod.Put, "/v1/nodes/c", "{}", ("If-None-Match", "*")))
            .ProblemAsync(412, "node-exists");
        await (await _client.SendAsync(HttpMethod.Put, "/v1/nodes/c", "{}", ("If-Match", "\"absent\"")))
            .ProblemAsync(412, "node-exists");
        Assert.Equal(204, (int)(await _client.SendAsync(HttpMethod.Delete, "/v1/nodes/c?version=1")).StatusCode);
        var missing = await _client.SendAsync(HttpMethod.Put, "/v1/nodes/c", "{}", ("If-Match", "*"));
        await missing.ProblemAsync(412, "bad-version");
        Assert.Equal("\"absent\"", missing.Header("ETag"));
        await (await _client.SendAsync(HttpMethod.Delete, "/v1/nodes/c?version=0")).ProblemAsync(404, "no-node");
    }

    [Theory]
    [InlineData("If-Match", "unquoted", "If-Match")]
    [InlineData("If-Match", "\"1.1\", \"1.2\"", "If-Match")]
    [InlineData("If-Match", "*, \"1.2\"", "If-Match")]
    [InlineData("If-None-Match", "\"3.0\"", "If-None-Match")]
    [InlineData("WebCoord-Min-Zxid", "-4", "WebCoord-Min-Zxid")]
    public async Task A_malformed_header_is_named(string header, string value, string field)
    {
        var response = await _client.SendAsync(HttpMethod.Put, "/v1/nodes/h", "{}", (header, value));
        var problem = await response.ProblemAsync(400, "bad-arguments");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Theory]
    [InlineData("{\"dat\":1}", "dat")]
    [InlineData("{\"data\":1}", "data")]
    [InlineData("{\"data\":\"*\",\"encoding\":\"base64\"}", "data")]
    [InlineData("{\"mode\":\"durable\"}", "mode")]
    [InlineData("{\"mode\":\"ttl\"}", "ttlMs")]
    [InlineData("{\"ttlMs\":5}", "ttlMs")]
    [InlineData("{\"acl\":[{\"id\":\"anyone\",\"permissions\":[]}]}", "acl[0].scheme")]
    [InlineData("{\"acl\":[null]}", "acl[0]")]
    [InlineData("{\"data\":\"a\",\"data\":\"b\"}", "data")]
    [InlineData("{\"data\":\"\\ud800\"}", "data")]
    [InlineData("{\"data\":", "body")]
    [InlineData("null", "body")]
    [InlineData("[]", "body")]
    [InlineData("{\"mode\":\"ephemeral\"}", "WebCoord-Session")]
    public async Task A_malformed_body_is_refused_by_field(string json, string field)
    {
        var problem = await (await _client.SendAsync(HttpMethod.Post, "/v1/nodes/x", json))
            .ProblemAsync(400, "bad-arguments");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
        await (await _client.GetAsync("/v1/nodes/x")).ProblemAsync(404, "no-node");
    }

    [Fact]
    public async Task Creation_is_strict_and_sequential_names_grow()
    {
        await (await _client.SendAsync(HttpMethod.Post, "/v1/nodes/q", "{}")).JsonAsync(201);
        await (await _client.SendAsync(HttpMethod.Post, "/v1/nodes/q", "{}")).ProblemAsync(409, "node-exists");
        await (await _client.SendAsync(HttpMethod.Post, "/v1/nodes/q", "{}", ("If-None-Match", "*")))
            .ProblemAsync(412, "node-exists");
        await (await _client.SendAsync(HttpMethod.Post, "/v1/nodes/no/way", "{}")).ProblemAsync(404, "no-node");
        await (await _client.SendAsync(HttpMethod.Post, "/v1/nodes/a/b/c", new { createParents = true }))
            .JsonAsync(201);
        var item = await _client.SendAsync(HttpMethod.Post, "/v1/nodes/q/i-", new { mode = "persistentSequential" });
        Assert.Equal("/q/i-0000000000", (await item.JsonAsync(201)).Text("path"));
        Assert.Equal("/v1/nodes/q/i-0000000000", item.Header("Location"));
        await (await _client.DeleteAsync("/v1/nodes/q")).ProblemAsync(409, "not-empty");
        Assert.Equal(204, (int)(await _client.DeleteAsync("/v1/nodes/q?recursive=true")).StatusCode);
    }

    [Fact]
    public async Task An_ephemeral_node_belongs_to_a_session_that_can_end()
    {
        var token = await application.OpenSessionAsync();
        var created = await _client.SendAsync(HttpMethod.Post, "/v1/nodes/e", new { mode = "ephemeral" },
            ("WebCoord-Session", token));
        var stat = (await created.JsonAsync(201)).GetProperty("stat");
        Assert.Equal("ephemeral", stat.Text("kind"));
        Assert.StartsWith("0x", stat.Text("ephemeralOwner"), StringComparison.Ordinal);
        await (await _client.SendAsync(HttpMethod.Post, "/v1/nodes/e/c", "{}"))
            .ProblemAsync(409, "no-children-for-ephemerals");
        var wrong = token[..^22] + new string('A', 22);
        var refused = await _client.SendAsync(HttpMethod.Get, "/v1/nodes/e", null, ("WebCoord-Session", wrong));
        await refused.ProblemAsync(401, "auth-failed");
        Assert.StartsWith("Basic", refused.Header("WWW-Authenticate"), StringComparison.Ordinal);
        await (await _client.SendAsync(HttpMethod.Get, "/v1/nodes/e", null, ("WebCoord-Session", "nonsense")))
            .ProblemAsync(401, "auth-failed");
        await application.CloseSessionAsync(token);
        var over = await _client.SendAsync(HttpMethod.Get, "/v1/nodes/e", null, ("WebCoord-Session", token));
        var problem = await over.ProblemAsync(410, "session-expired");
        Assert.Equal("closed", problem.GetProperty("sessionEnd").Text("reason"));
        await (await _client.GetAsync("/v1/nodes/e")).ProblemAsync(404, "no-node");
    }

    [Fact]
    public async Task A_head_has_the_stat_and_no_body()
    {
        var tag = (await _client.PutTextAsync("/h", "four")).Header("ETag");
        var head = await _client.SendAsync(HttpMethod.Head, "/v1/nodes/h");
        await head.JsonAsync(200);
        Assert.Equal(tag, head.Header("ETag"));
        Assert.Equal("4", head.Header("WebCoord-Stat-Data-Length"));
        Assert.Equal("persistent", head.Header("WebCoord-Stat-Kind"));
        Assert.Equal(404, (int)(await _client.SendAsync(HttpMethod.Head, "/v1/nodes/nothing")).StatusCode);
    }

    [Fact]
    public async Task A_read_is_conditional()
    {
        var tag = (await _client.PutTextAsync("/r", "x")).Header("ETag")!;
        var same = await _client.SendAsync(HttpMethod.Get, "/v1/nodes/r", null, ("If-None-Match", $"\"9.9\", W/{tag}"));
        Assert.Equal(304, (int)same.StatusCode);
        Assert.Equal(tag, same.Header("ETag"));
        await (await _client.SendAsync(HttpMethod.Get, "/v1/nodes/r", null, ("If-Match", "\"1.1\"")))
            .ProblemAsync(412, "bad-version");
        Assert.Equal(304, (int)(await _client.SendAsync(HttpMethod.Get, "/v1/nodes/none", null,
            ("If-None-Match", "\"absent\""))).StatusCode);
    }

    [Fact]
    public async Task Failures_of_the_framework_are_problems_too()
    {
        await (await _client.GetAsync("/v1/nothing")).ProblemAsync(404, "unknown-route");
        await (await _client.SendAsync(HttpMethod.Patch, "/v1/nodes/a")).ProblemAsync(405, "method-not-allowed");
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("data", "x")]);
        await (await _client.PutAsync("/v1/nodes/a", form)).ProblemAsync(415, "unsupported-media-type");
        var limit = await (await _client.GetAsync("/v1/children/?limit=ten")).ProblemAsync(400, "bad-arguments");
        Assert.True(limit.GetProperty("errors").TryGetProperty("limit", out _));
        await (await _client.GetAsync("/v1/nodes/a?consistency=maybe")).ProblemAsync(400, "bad-arguments");
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused_while_it_is_read()
    {
        using var limited = new WebCoordApplication().With("WebCoord:Limits:MaxDataBytes", "1000");
        using var client = limited.ClientOf();
        await (await client.SendAsync(HttpMethod.Put, "/v1/data/a", new byte[1000])).JsonAsync(201);
        var problem = await (await client.SendAsync(HttpMethod.Put, "/v1/data/a", new byte[1001]))
            .ProblemAsync(413, "too-large");
        Assert.Contains("MaxDataBytes", problem.Text("detail"), StringComparison.Ordinal);
        await (await client.PutTextAsync("/a", new string('x', 1001))).ProblemAsync(413, "too-large");
        await (await client.PutTextAsync("/a", new string('x', 2_000_000))).ProblemAsync(413, "too-large");
    }

    [Fact]
    public async Task A_zxid_that_is_not_there_yet_is_waited_for_and_then_refused()
    {
        var written = await _client.PutTextAsync("/z", "1");
        var zxid = written.Header("WebCoord-Zxid")!;
        var read = await _client.SendAsync(HttpMethod.Get, "/v1/nodes/z", null, ("WebCoord-Min-Zxid", zxid));
        await read.JsonAsync(200);
        var ahead = await _client.SendAsync(HttpMethod.Get, "/v1/nodes/z", null, ("WebCoord-Min-Zxid", "999999"));
        await ahead.ProblemAsync(503, "replica-behind");
        Assert.Equal("1", ahead.Header("Retry-After"));
    }
}
