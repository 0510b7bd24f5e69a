using System.Text.Json;

namespace WebCoord.Server.Tests.Rest;

public sealed class ListingTests(WebCoordApplication application) : IClassFixture<WebCoordApplication>, IDisposable
{
    private const string Owner = "olga:secret";
    private const string OwnersOnly =
        """{"acl":[{"scheme":"auth","permissions":["read","write","create","delete","admin"]}],"data":"hidden"}""";

    /// <summary>A node of this test alone.</summary>
    private readonly string _list = "/l" + Guid.NewGuid().ToString("N");

    private readonly HttpClient _client = application.ClientOf();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Pages_of_a_cursor_come_from_one_snapshot()
    {
        await FillAsync();
        var first = await _client.GetAsync($"/v1/children{_list}?limit=2");
        var body = await first.JsonAsync(200);
        Assert.Equal(["a", "b"], Names(body));
        var link = first.Header("Link")!;
        Assert.EndsWith(">; rel=\"next\"", link, StringComparison.Ordinal);
        await _client.PutTextAsync(_list + "/bb", "new");
        await _client.DeleteAsync($"/v1/nodes{_list}/d");
        var next = link[1..link.IndexOf('>', StringComparison.Ordinal)];
        var second = await (await _client.GetAsync(next)).JsonAsync(200);
        Assert.Equal(["c", "d"], Names(second));
        var cursor = second.Text("next");
        var third = await (await _client.GetAsync($"/v1/children{_list}?limit=2&cursor={cursor}")).JsonAsync(200);
        Assert.Equal(["e"], Names(third));
        Assert.Equal(JsonValueKind.Null, third.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task Pages_after_a_name_are_current()
    {
        await FillAsync();
        var first = await (await _client.GetAsync($"/v1/children{_list}?limit=2&after=")).JsonAsync(200);
        Assert.Equal("b", first.Text("next"));
        await _client.PutTextAsync(_list + "/bb", "new");
        var second = await (await _client.GetAsync($"/v1/children{_list}?limit=2&after=b")).JsonAsync(200);
        Assert.Equal(["bb", "c"], Names(second));
    }

    [Fact]
    public async Task A_listing_shows_nothing_to_who_was_shut_out_since_it_began()
    {
        await FillAsync();
        var cursor = (await (await _client.GetAsync($"/v1/children{_list}?limit=2&include=data")).JsonAsync(200))
            .Text("next");
        await HideAsync(_list + "/c");
        var page = await _client.GetAsync($"/v1/children{_list}?limit=2&include=data&cursor={cursor}");
        var children = (await page.JsonAsync(200)).GetProperty("children");
        Assert.True(children[0].GetProperty("denied").GetBoolean());
        Assert.Equal("1", children[1].Text("data"));
        await HideAsync(_list);
        await (await _client.GetAsync($"/v1/children{_list}?cursor={cursor}")).ProblemAsync(401, "no-auth");
    }

    [Fact]
    public async Task A_page_of_a_cursor_has_no_tag_and_links_to_the_next_as_it_was_asked()
    {
        await FillAsync();
        var first = await _client.GetAsync($"/v1/children{_list}?limit=2&include=stat&consistency=local");
        var link = first.Header("Link")!;
        Assert.Contains("&include=stat&consistency=local>", link, StringComparison.Ordinal);
        var second = await _client.GetAsync(link[1..link.IndexOf('>', StringComparison.Ordinal)]);
        await second.JsonAsync(200);
        Assert.Null(second.Header("ETag"));
        Assert.Contains("&include=stat&consistency=local>", second.Header("Link")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cursor_of_another_node_is_refused()
    {
        await FillAsync();
        var cursor = (await (await _client.GetAsync($"/v1/children{_list}?limit=2")).JsonAsync(200)).Text("next");
        await (await _client.GetAsync($"/v1/children/?cursor={cursor}")).ProblemAsync(400, "bad-arguments");
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=10001", "limit")]
    [InlineData("include=acl", "include")]
    [InlineData("cursor=nonsense", "cursor")]
    [InlineData("cursor=x&after=y", "after")]
    public async Task A_malformed_page_is_refused_by_parameter(string query, string field)
    {
        var problem = await (await _client.GetAsync("/v1/children/?" + query)).ProblemAsync(400, "bad-arguments");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task A_cursor_of_another_instance_has_expired()
    {
        await FillAsync();
        var next = (await (await _client.GetAsync($"/v1/children{_list}?limit=2")).JsonAsync(200)).Text("next");
        using var other = new WebCoordApplication();
        using var client = other.ClientOf();
        await (await client.GetAsync($"/v1/children{_list}?cursor=" + next)).ProblemAsync(410, "cursor-expired");
    }

    [Fact]
    public async Task What_the_caller_may_not_read_shows_as_denied()
    {
        await FillAsync();
        using var owner = application.ClientOf(Owner);
        await (await owner.SendAsync(HttpMethod.Post, $"/v1/nodes{_list}/f", OwnersOnly)).JsonAsync(201);
        await (await owner.SendAsync(HttpMethod.Post, $"/v1/nodes{_list}/f/below", "{}")).JsonAsync(201);
        var listed = await _client.GetAsync($"/v1/children{_list}?include=stat,data");
        Assert.Null(listed.Header("ETag"));
        var children = (await listed.JsonAsync(200)).GetProperty("children");
        Assert.Equal("1", children[0].Text("data"));
        Assert.True(children[5].GetProperty("denied").GetBoolean());
        Assert.False(children[5].TryGetProperty("stat", out _));
        var nodes = (await (await _client.GetAsync($"/v1/tree{_list}")).JsonAsync(200)).GetProperty("nodes");
        Assert.Equal($$"""{"path":"{{_list}}/f","denied":true}""", nodes[6].ToString());
        Assert.Equal(7, nodes.GetArrayLength());
        var owned = await (await owner.GetAsync($"/v1/tree{_list}")).JsonAsync(200);
        Assert.Equal(8, owned.GetProperty("nodes").GetArrayLength());
        var denied = await _client.GetAsync($"/v1/nodes{_list}/f");
        await denied.ProblemAsync(401, "no-auth");
        Assert.StartsWith("Basic", denied.Header("WWW-Authenticate"), StringComparison.Ordinal);
        using var stranger = application.ClientOf("stan:x");
        await (await stranger.GetAsync($"/v1/children{_list}/f")).ProblemAsync(403, "no-auth");
        await (await stranger.GetAsync($"/v1/tree{_list}/f")).ProblemAsync(403, "no-auth");
    }

    [Fact]
    public async Task A_tree_streams_as_lines_with_an_end()
    {
        await FillAsync();
        var response = await _client.SendAsync(HttpMethod.Get, $"/v1/tree{_list}?include=data", null,
            ("Accept", "application/x-ndjson"));
        Assert.Equal("application/x-ndjson", response.Header("Content-Type"));
        var lines = (await response.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');
        Assert.Equal(7, lines.Length);
        Assert.Equal($$"""{"path":"{{_list}}/a","data":"1","encoding":"utf8"}""", lines[1]);
        Assert.Equal($$"""{"end":true,"zxid":"{{response.Header("WebCoord-Zxid")}}"}""", lines[^1]);
        var root = await (await _client.GetAsync($"/v1/tree{_list}?depth=0")).JsonAsync(200);
        Assert.Equal(1, root.GetProperty("nodes").GetArrayLength());
        await (await _client.GetAsync($"/v1/tree{_list}?depth=-1")).ProblemAsync(400, "bad-arguments");
        await (await _client.GetAsync("/v1/tree/none")).ProblemAsync(404, "no-node");
        await (await _client.SendAsync(HttpMethod.Get, $"/v1/tree{_list}", null, ("Accept", "text/html")))
            .ProblemAsync(406, "not-acceptable");
    }

    [Fact]
    public async Task An_ACL_is_masked_for_those_without_ADMIN_and_kept_under_its_tag()
    {
        using var owner = application.ClientOf(Owner);
        await owner.PutTextAsync("/s", "x");
        var tag = (await owner.GetAsync("/v1/acl/s")).Header("ETag")!;
        const string acl = """{"acl":[{"scheme":"auth","permissions":["read","admin"]},"""
            + """{"scheme":"world","id":"anyone","permissions":["read"]}]}""";
        var set = await owner.SendAsync(HttpMethod.Put, "/v1/acl/s", acl, ("If-Match", tag));
        var stored = (await set.JsonAsync(200)).GetProperty("acl");
        Assert.Equal("digest", stored[0].Text("scheme"));
        await (await owner.SendAsync(HttpMethod.Put, "/v1/acl/s", acl, ("If-Match", tag)))
            .ProblemAsync(412, "bad-version");
        var seen = (await (await _client.GetAsync("/v1/acl/s")).JsonAsync(200)).GetProperty("acl");
        Assert.Equal("olga:x", seen[0].Text("id"));
        var full = (await (await owner.GetAsync("/v1/acl/s")).JsonAsync(200)).GetProperty("acl");
        Assert.Equal(stored[0].Text("id"), full[0].Text("id"));
        await (await _client.SendAsync(HttpMethod.Put, "/v1/acl/s", acl)).ProblemAsync(422, "invalid-acl");
        await (await owner.SendAsync(HttpMethod.Put, "/v1/acl/s", """{"acl":[]}""")).ProblemAsync(422, "invalid-acl");
        await (await owner.SendAsync(HttpMethod.Put, "/v1/acl/s", "{}")).ProblemAsync(400, "bad-arguments");
    }

    [Fact]
    public async Task Raw_bytes_go_both_ways_and_never_run_as_a_page()
    {
        byte[] bytes = [0, 255, 10, 13];
        await _client.PutTextAsync(_list, "");
        var created = await _client.SendAsync(HttpMethod.Post, $"/v1/data{_list}/r?mode=persistentSequential", bytes);
        Assert.Equal($"/v1/data{_list}/r0000000000", created.Header("Location"));
        var read = await _client.GetAsync($"/v1/data{_list}/r0000000000");
        Assert.Equal(bytes, await read.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/octet-stream", read.Header("Content-Type"));
        Assert.Equal("nosniff", read.Header("X-Content-Type-Options"));
        Assert.Equal("4", read.Header("WebCoord-Stat-Data-Length"));
        Assert.Equal(created.Header("ETag"), read.Header("ETag"));
        await (await _client.SendAsync(HttpMethod.Put, $"/v1/data{_list}/r0000000000", bytes)).JsonAsync(200);
        await (await _client.SendAsync(HttpMethod.Post, "/v1/data/x?mode=none", bytes))
            .ProblemAsync(400, "bad-arguments");
        await _client.SendAsync(HttpMethod.Put, "/v1/nodes/null", "{}");
        Assert.Equal("true", (await _client.GetAsync("/v1/data/null")).Header("WebCoord-Data-Null"));
    }

    [Fact]
    public async Task Quota_statistics_have_no_tag()
    {
        await _client.SendAsync(HttpMethod.Put, "/v1/nodes/zookeeper/quota/x/zookeeper_limits?createParents=true",
            """{"data":"count=5,bytes=-1"}""");
        await _client.PutTextAsync("/zookeeper/quota/x/zookeeper_stats", "");
        var read = await _client.GetAsync("/v1/nodes/zookeeper/quota/x/zookeeper_stats");
        await read.JsonAsync(200);
        Assert.Null(read.Header("ETag"));
    }

    private async Task FillAsync()
    {
        await _client.PutTextAsync(_list, "");
        foreach (var name in new[] { "c", "a", "e", "b", "d" })
        {
            await (await _client.PutTextAsync($"{_list}/{name}", "1")).JsonAsync(201);
        }
    }

    /// <summary>Takes the right to read from everybody but Olga.</summary>
    private async Task HideAsync(string path)
    {
        using var owner = application.ClientOf(Owner);
        await (await owner.SendAsync(HttpMethod.Put, "/v1/acl" + path,
            """{"acl":[{"scheme":"auth","permissions":["read","write","create","delete","admin"]}]}""")).JsonAsync(200);
    }

    private static IEnumerable<string> Names(JsonElement body) =>
        body.GetProperty("children").EnumerateArray().Select(child => child.Text("name"));
}
