using System.Net;
using System.Reflection;
using System.Text.Json.Nodes;
using WebCoord.Server.Contract;
using WebCoord.Server.Rest;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Rest;

/// <summary>Cluster, sync, settings, problem pages, and what browsers get.</summary>
public sealed class ServiceApiTests(MemoryServer server) : IClassFixture<MemoryServer>
{
    private static readonly string[] RequestHeaders =
    [
        WebCoordHeaders.Session, WebCoordHeaders.MinZxid, WebCoordHeaders.Fence, WebCoordHeaders.IdempotencyKey,
    ];

    [Fact]
    public async Task The_cluster_shows_its_log_and_this_instance()
    {
        var cluster = await ClusterAsync();
        for (var i = 0; cluster["instances"]!.AsArray().Count == 0; i++)
        {
            Assert.True(i < 600, "The first heartbeat did not come.");
            await Task.Delay(50);
            cluster = await ClusterAsync();
        }

        Assert.Equal(LogUnderTest.Kind, (string?)cluster["log"]!["kind"]);
        Assert.Equal(LogUnderTest.Durability, (string?)cluster["log"]!["durability"]);
        Assert.True((bool)cluster["log"]!["available"]!);
        Assert.True(long.TryParse((string?)cluster["zxid"], out _));
        var instance = Assert.Single(cluster["instances"]!.AsArray())!;
        Assert.True((bool)instance["isThis"]!);
        Assert.StartsWith("http://127.0.0.1:", (string?)instance["address"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sync_returns_a_zxid_that_covers_the_last_write()
    {
        var write = await server.SendAsync(HttpMethod.Put, "/v1/nodes/synced", """{"data":"x"}""");
        var written = long.Parse(Assert.Single(write.Headers.GetValues("WebCoord-Zxid")),
            System.Globalization.CultureInfo.InvariantCulture);

        var sync = await MemoryServer.JsonAsync(await server.SendAsync(HttpMethod.Post, "/v1/sync"));

        Assert.True(long.Parse((string)sync["zxid"]!, System.Globalization.CultureInfo.InvariantCulture) >= written);
    }

    [Fact]
    public async Task Settings_change_for_super_alone()
    {
        var settings = await MemoryServer.JsonAsync(await server.SendAsync(HttpMethod.Get, "/v1/settings"));
        settings["maxRecursiveDelete"] = 77;
        var json = settings.ToJsonString();

        var stranger = await server.SendAsync(HttpMethod.Put, "/v1/settings", json);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        var user = await server.SendAsync(HttpMethod.Put, "/v1/settings", json,
            ("Authorization", MemoryServer.Basic("user:pass").ToString()));
        Assert.Equal(HttpStatusCode.Forbidden, user.StatusCode);
        var super = await server.SendAsync(HttpMethod.Put, "/v1/settings", json,
            ("Authorization", MemoryServer.Super.ToString()));
        Assert.Equal(HttpStatusCode.OK, super.StatusCode);

        var changed = await MemoryServer.JsonAsync(await server.SendAsync(HttpMethod.Get, "/v1/settings"));
        Assert.True(JsonNode.DeepEquals(settings, changed));
    }

    [Theory]
    [InlineData("tickMs", "5")]
    [InlineData("minTimeoutMs", "100")]
    [InlineData("maxDataBytes", "0")]
    [InlineData("maxNodes", null)]
    [InlineData("enforceQuota", "3")]
    public async Task Bad_settings_are_refused_by_field(string field, string? value)
    {
        var settings = await MemoryServer.JsonAsync(await server.SendAsync(HttpMethod.Get, "/v1/settings"));
        var before = settings.DeepClone();
        settings[field] = value is null ? null : JsonNode.Parse(value);

        var response = await server.SendAsync(HttpMethod.Put, "/v1/settings", settings.ToJsonString(),
            ("Authorization", MemoryServer.Super.ToString()));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotNull((await MemoryServer.JsonAsync(response))["errors"]![field]);
        var after = await MemoryServer.JsonAsync(await server.SendAsync(HttpMethod.Get, "/v1/settings"));
        Assert.True(JsonNode.DeepEquals(before, after));
    }

    [Fact]
    public async Task The_type_of_every_problem_is_a_page()
    {
        foreach (var kind in ProblemCatalog.All.Values)
        {
            var plain = await server.SendAsync(HttpMethod.Get, kind.Type);
            Assert.Equal("text/plain", plain.Content.Headers.ContentType!.MediaType);
            Assert.Contains(kind.Meaning, await plain.Content.ReadAsStringAsync(), StringComparison.Ordinal);

            var page = await server.SendAsync(HttpMethod.Get, kind.Type, null, ("Accept", "text/html,*/*;q=0.8"));
            Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
            Assert.Contains(WebUtility.HtmlEncode(kind.Meaning), await page.Content.ReadAsStringAsync(),
                StringComparison.Ordinal);
        }

        var index = await server.Client.GetStringAsync("/problems");
        Assert.All(ProblemCatalog.All.Keys, code => Assert.Contains(code, index, StringComparison.Ordinal));
        var unknown = await server.SendAsync(HttpMethod.Get, "/problems/nonsense");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_page_of_an_allowed_origin_may_ask_and_read_the_headers()
    {
        var preflight = await server.SendAsync(HttpMethod.Options, "/v1/nodes/a", null,
            ("Origin", "https://app.example"), ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "content-type,if-match"));
        Assert.Equal("https://app.example",
            Assert.Single(preflight.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("PUT", Assert.Single(preflight.Headers.GetValues("Access-Control-Allow-Methods")),
            StringComparison.Ordinal);

        var put = await server.SendAsync(HttpMethod.Put, "/v1/nodes/a", """{"data":"x"}""",
            ("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site"));
        Assert.True(put.IsSuccessStatusCode);
        var exposed = Assert.Single(put.Headers.GetValues("Access-Control-Expose-Headers"));
        string[] ours = [.. typeof(WebCoordHeaders).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!).Except(RequestHeaders)];
        Assert.Contains("WebCoord-Data-Null", ours);
        var raw = await server.SendAsync(HttpMethod.Head, "/v1/nodes/a");
        var stat = raw.Headers.Select(header => header.Key)
            .Where(name => name.StartsWith("WebCoord-", StringComparison.Ordinal));
        Assert.Subset(exposed.Split(',', StringSplitOptions.TrimEntries).ToHashSet(),
            new HashSet<string>(["ETag", "Location", "Link", "Preference-Applied", .. ours, .. stat]));
    }

    [Fact]
    public async Task A_page_of_a_foreign_origin_is_refused_and_changes_nothing()
    {
        var put = await server.SendAsync(HttpMethod.Put, "/v1/nodes/foreign", """{"data":"x"}""",
            ("Origin", "https://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, put.StatusCode);
        Assert.Equal("foreign-origin", (string?)(await MemoryServer.JsonAsync(put))["code"]);
        var preflight = await server.SendAsync(HttpMethod.Options, "/v1/nodes/foreign", null,
            ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "PUT"));
        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Origin"));
        var node = await server.SendAsync(HttpMethod.Get, "/v1/nodes/foreign");
        Assert.Equal(HttpStatusCode.NotFound, node.StatusCode);
    }

    [Fact]
    public async Task An_unexpected_host_is_refused()
    {
        var response = await server.SendAsync(HttpMethod.Get, "/v1/cluster", null, ("Host", "evil.example"));

        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
        Assert.Equal("unknown-host", (string?)(await MemoryServer.JsonAsync(response))["code"]);
    }

    [Fact]
    public async Task Metrics_count_requests_by_operation_and_status()
    {
        await server.SendAsync(HttpMethod.Get, "/v1/nodes/nowhere");

        var metrics = await server.Client.GetStringAsync("/metrics");

        Assert.Contains("webcoord_requests_total{operation=\"getNode\",status=\"404\"} ", metrics,
            StringComparison.Ordinal);
        Assert.Contains("webcoord_request_duration_seconds_count{operation=\"getNode\"} ", metrics,
            StringComparison.Ordinal);
        Assert.All(["webcoord_nodes", "webcoord_sessions", "webcoord_watches", "webcoord_log_available",
            "webcoord_applied_zxid", "webcoord_queue_length", "webcoord_hub_connections", "webcoord_long_polls"],
            name => Assert.Contains($"# TYPE {name} gauge\n{name} ", metrics, StringComparison.Ordinal));
    }

    private async Task<JsonNode> ClusterAsync() =>
        await MemoryServer.JsonAsync(await server.SendAsync(HttpMethod.Get, "/v1/cluster"));
}
