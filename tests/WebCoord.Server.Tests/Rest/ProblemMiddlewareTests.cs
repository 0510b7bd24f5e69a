using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using WebCoord.Server.Contract;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Rest;

/// <summary>What every answer has, refused or not.</summary>
public sealed class ProblemMiddlewareTests(WebCoordApplication application) : IClassFixture<WebCoordApplication>
{
    private readonly HttpClient _client = application.ClientOf();

    [Theory]
    [InlineData("GET", "/v1/nodes", 200)]
    [InlineData("HEAD", "/v1/nodes", 200)]
    [InlineData("GET", "/v1/children", 200)]
    [InlineData("GET", "/v1/tree", 200)]
    [InlineData("GET", "/v1/acl", 200)]
    [InlineData("GET", "/v1/cluster", 200)]
    [InlineData("GET", "/v1/sessions", 200)]
    [InlineData("GET", "/v1/settings", 200)]
    [InlineData("GET", "/metrics", 200)]
    [InlineData("GET", "/problems/no-node", 200)]
    [InlineData("GET", "/v1/nodes/nowhere", 404)]
    [InlineData("GET", "/v1/nonsense", 404)]
    [InlineData("GET", "/problems/nonsense", 404)]
    [InlineData("GET", "/v1/transactions", 405)]
    [InlineData("GET", "/v1/sessions/0x99", 410)]
    [InlineData("GET", "/v1/nodes?limit=3", 400)]
    public async Task An_answer_to_a_read_is_not_cached_and_has_no_outcome(string method, string target, int status)
    {
        var response = await _client.SendAsync(new HttpMethod(method), target);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("no-cache", response.Header("Cache-Control"));
        Assert.NotNull(response.Header("WebCoord-Zxid"));
        if (status >= 400)
        {
            Assert.False((await response.JsonAsync(status)).TryGetProperty("outcome", out _));
        }
    }

    [Theory]
    [InlineData("Host", "evil.example", 421)]
    [InlineData("Authorization", "Bearer x", 401)]
    [InlineData("WebCoord-Session", "nonsense", 401)]
    [InlineData("WebCoord-Session", "0x0100000000000099.q83vEjRWeJq83vEjRWeJqw", 410)]
    [InlineData("Origin", "https://evil.example", 403)]
    [InlineData("WebCoord-Min-Zxid", "x", 400)]
    public async Task A_write_that_is_refused_early_is_told_like_any_other(string header, string value, int status)
    {
        var response = await _client.SendAsync(HttpMethod.Put, "/v1/nodes/refused", "{}", (header, value));

        await AssertRefusedWriteAsync(response, status);
    }

    [Theory]
    [InlineData("PUT", "/v1/nodes/refused", "{", 400)]
    [InlineData("PUT", "/v1/nodes/refused?createParents=perhaps", "{}", 400)]
    [InlineData("POST", "/v1/sessions/0x99/heartbeat", null, 410)]
    [InlineData("DELETE", "/v1/cluster", null, 405)]
    [InlineData("POST", "/v1/nonsense", null, 404)]
    [InlineData("DELETE", "/v1/nodes/nowhere", null, 404)]
    public async Task A_write_that_is_refused_says_so(string method, string target, string? body, int status)
    {
        var response = await _client.SendAsync(new HttpMethod(method), target, body);

        await AssertRefusedWriteAsync(response, status);
    }

    [Fact]
    public async Task A_body_of_another_type_is_told_like_any_refused_write()
    {
        using var text = new StringContent("{}", Encoding.UTF8, "text/plain");

        await AssertRefusedWriteAsync(await _client.PutAsync("/v1/nodes/refused", text), 415);
    }

    [Fact]
    public async Task A_bug_after_a_write_does_not_deny_the_write()
    {
        await using var buggy = application.WithWebHostBuilder(builder => builder.ConfigureTestServices(services =>
            services.Configure<JsonOptions>(options => options.SerializerOptions.Converters.Insert(0, new Bug()))));
        using var client = buggy.CreateClient();

        var response = await client.PutTextAsync("/told-badly", "x");

        var problem = await response.ProblemAsync(500, "internal-error");
        Assert.Equal("applied", problem.Text("outcome"));
        Assert.Null(response.Header("ETag"));
        Assert.Equal(200, (int)(await client.GetAsync("/v1/nodes/told-badly")).StatusCode);
    }

    [Fact]
    public async Task A_parameter_with_a_line_break_is_named()
    {
        var response = await _client.GetAsync("/v1/tree?depth=1%0A2");

        var problem = await response.ProblemAsync(400, "bad-arguments");
        Assert.True(problem.GetProperty("errors").TryGetProperty("depth", out _));
    }

    [Theory]
    [InlineData("/v1/tree", "Accept")]
    [InlineData("/problems", "Accept")]
    [InlineData("/v1/acl", "Authorization")]
    public async Task An_answer_that_depends_on_a_header_says_so(string target, string header) =>
        Assert.Equal(header, (await _client.GetAsync(target)).Header("Vary"));

    [Theory]
    [InlineData("application/json; charset=utf-8", "application/json")]
    [InlineData("application/x-ndjson; charset=utf-8, application/json;q=0.5", "application/x-ndjson")]
    public async Task A_tree_comes_whatever_parameters_the_wanted_type_has(string accept, string type)
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/v1/tree?depth=0", null, ("Accept", accept));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task The_charset_of_a_body_may_be_quoted()
    {
        using var body = new StringContent("{}");
        body.Headers.Remove("Content-Type");
        body.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=\"utf-8\"");

        Assert.Equal(201, (int)(await _client.PutAsync("/v1/nodes/quoted-charset", body)).StatusCode);
    }

    private static async Task AssertRefusedWriteAsync(HttpResponseMessage response, int status)
    {
        var problem = await response.JsonAsync(status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("not-applied", problem.Text("outcome"));
        Assert.Equal(response.Header("WebCoord-Zxid"), problem.Text("zxid"));
        Assert.Equal(LogUnderTest.Durability, response.Header("WebCoord-Durability"));
        Assert.NotEmpty(problem.Text("traceId"));
        Assert.Equal(status == 401, response.Headers.WwwAuthenticate.Count > 0);
    }

    private sealed class Bug : JsonConverter<WrittenNodeBody>
    {
        public override WrittenNodeBody Read(ref Utf8JsonReader reader, Type typeToConvert,
            JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, WrittenNodeBody value, JsonSerializerOptions options) =>
            throw new InvalidOperationException("A bug.");
    }
}
