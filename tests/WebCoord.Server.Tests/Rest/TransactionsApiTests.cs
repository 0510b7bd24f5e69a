namespace WebCoord.Server.Tests.Rest;

public sealed class TransactionsApiTests(WebCoordApplication application)
    : IClassFixture<WebCoordApplication>, IDisposable
{
    private static readonly string[] ReadOnly = ["read"];

    private readonly HttpClient _client = application.ClientOf();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task All_operations_are_done_under_one_zxid()
    {
        var tag = (await _client.PutTextAsync("/a", "1")).Header("ETag")!;
        var acl = new[] { new { scheme = "world", id = "anyone", permissions = ReadOnly } };
        var response = await CommitAsync(
            new { op = "check", path = "/a", etag = tag },
            new { op = "create", path = "/a/s-", mode = "persistentSequential", data = "x" },
            new { op = "set", path = "/a", data = "2", version = 0 },
            new { op = "put", path = "/p", data = "x" },
            new { op = "setAcl", path = "/p", acl },
            new { op = "delete", path = "/a/s-0000000000" });
        var body = await response.JsonAsync(200);
        Assert.Equal(response.Header("WebCoord-Zxid"), body.Text("zxid"));
        var results = body.GetProperty("results");
        Assert.Equal(6, results.GetArrayLength());
        Assert.All(results.EnumerateArray(), result => Assert.Equal("ok", result.Text("code")));
        Assert.Equal("/a/s-0000000000", results[1].Text("path"));
        Assert.Equal($"\"{body.Text("zxid")}.1\"", results[2].Text("etag"));
        Assert.True(results[3].GetProperty("created").GetBoolean());
        Assert.Equal($"\"{body.Text("zxid")}.a1\"", results[4].Text("etag"));
    }

    [Fact]
    public async Task A_failure_undoes_all_and_tells_of_each()
    {
        var response = await CommitAsync(
            new { op = "create", path = "/t" },
            new { op = "check", path = "/missing" },
            new { op = "create", path = "/u" });
        var problem = await response.ProblemAsync(404, "no-node");
        Assert.Equal("/missing", problem.Text("path"));
        Assert.Equal("not-applied", problem.Text("outcome"));
        Assert.Equal(["rolled-back", "no-node", "not-tried"],
            problem.GetProperty("results").EnumerateArray().Select(result => result.Text("code")));
        await (await _client.GetAsync("/v1/nodes/t")).ProblemAsync(404, "no-node");
    }

    [Fact]
    public async Task A_failed_condition_says_how_the_node_is()
    {
        var tag = (await _client.PutTextAsync("/v", "1")).Header("ETag")!;
        var response = await CommitAsync(new { op = "set", path = "/v", etag = "\"1.1\"" });
        var problem = await response.ProblemAsync(412, "bad-version");
        Assert.Equal(tag, problem.GetProperty("current").Text("etag"));
        await (await CommitAsync(new { op = "put", path = "/v", etag = "\"absent\"" }))
            .ProblemAsync(412, "node-exists");
        var undone = await CommitAsync(
            new { op = "create", path = "/w" },
            new { op = "check", path = "/w", version = 9 });
        Assert.False((await undone.ProblemAsync(412, "bad-version")).TryGetProperty("current", out _));
    }

    [Theory]
    [InlineData("{}", "operations")]
    [InlineData("""{"operations":[{"path":"/a"}]}""", "operations[0].op")]
    [InlineData("""{"operations":[{"op":"check"}]}""", "operations[0].path")]
    [InlineData("""{"operations":[{"op":"move","path":"/a"}]}""", "operations[0].op")]
    [InlineData("""{"operations":[{"op":"delete","path":"/a","data":"x"}]}""", "operations[0].data")]
    [InlineData("""{"operations":[{"op":"set","path":"/a","version":1,"etag":"*"}]}""", "operations[0].etag")]
    [InlineData("""{"operations":[{"op":"set","path":"/a","etag":"x"}]}""", "operations[0].etag")]
    [InlineData("""{"operations":[{"op":"setAcl","path":"/a"}]}""", "operations[0].acl")]
    [InlineData("""{"operations":[{"op":"create","path":"/a","mode":"ephemeral"}]}""", "WebCoord-Session")]
    public async Task A_malformed_transaction_is_refused_by_field(string json, string field)
    {
        var problem = await (await _client.SendAsync(HttpMethod.Post, "/v1/transactions", json))
            .ProblemAsync(400, "bad-arguments");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    [Fact]
    public async Task Too_many_operations_are_refused_before_any_is_looked_at()
    {
        var operations = Enumerable.Repeat((object)new { op = "check" }, 10_001).ToArray();
        var problem = await (await CommitAsync(operations)).ProblemAsync(400, "bad-arguments");
        Assert.Equal("operations: has 10001 operations; the most is 10000.", problem.Text("detail"));
    }

    [Fact]
    public async Task Of_many_errors_the_first_are_told_and_the_others_counted()
    {
        var operations = Enumerable.Repeat((object)new { op = "check" }, 50).ToArray();
        var problem = await (await CommitAsync(operations)).ProblemAsync(400, "bad-arguments");
        Assert.EndsWith("; and 30 more.", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(20, problem.GetProperty("errors").EnumerateObject().Count());
    }

    [Fact]
    public async Task An_ACL_too_long_is_refused_by_field_wherever_it_comes()
    {
        var acl = Enumerable.Range(0, 1_001).Select(_ => new { scheme = "world", id = "anyone" }).ToArray();
        const string told = "acl: has 1001 entries; the most is 1000.";
        var set = await (await CommitAsync(new { op = "setAcl", path = "/a", acl })).ProblemAsync(400, "bad-arguments");
        Assert.Equal("operations[0]." + told, set.Text("detail"));
        var put = await _client.SendAsync(HttpMethod.Put, "/v1/acl/", new { acl });
        Assert.Equal(told, (await put.ProblemAsync(400, "bad-arguments")).Text("detail"));
        var create = await _client.SendAsync(HttpMethod.Post, "/v1/nodes/many", new { acl });
        Assert.Equal(told, (await create.ProblemAsync(400, "bad-arguments")).Text("detail"));
        var large = await _client.SendAsync(HttpMethod.Put, "/v1/acl/",
            "{\"acl\":[]," + new string(' ', 1 << 20) + "}");
        await large.ProblemAsync(413, "too-large");
    }

    [Theory]
    [InlineData("""{"acl":[null]}""", "acl[0]")]
    [InlineData("""{"acl":[{"id":"x"}]}""", "acl[0].scheme")]
    public async Task A_malformed_entry_of_an_ACL_is_refused_by_field(string json, string field)
    {
        var put = await (await _client.SendAsync(HttpMethod.Put, "/v1/acl/", json)).ProblemAsync(400, "bad-arguments");
        Assert.True(put.GetProperty("errors").TryGetProperty(field, out _), put.ToString());
    }

    private Task<HttpResponseMessage> CommitAsync(params object[] operations) =>
        _client.SendAsync(HttpMethod.Post, "/v1/transactions", new { operations });
}
