using System.Net;
using System.Text.Json.Nodes;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Rest;

public sealed class SessionsApiTests(MemoryServer server) : IClassFixture<MemoryServer>
{
    [Fact]
    public async Task An_opened_session_has_an_id_a_token_and_a_clamped_timeout()
    {
        var response = await server.SendAsync(HttpMethod.Post, "/v1/sessions", """{"timeoutMs":100}""");

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var session = await MemoryServer.JsonAsync(response);
        Assert.Equal($"/v1/sessions/{session["sessionId"]}", response.Headers.Location!.ToString());
        Assert.StartsWith($"{session["sessionId"]}.", session["token"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(2000, (int)session["timeoutMs"]!);
        Assert.NotEmpty(response.Headers.GetValues("WebCoord-Zxid"));
        Assert.Equal(LogUnderTest.Durability, Assert.Single(response.Headers.GetValues("WebCoord-Durability")));
    }

    [Fact]
    public async Task A_session_shows_its_ephemeral_nodes_and_never_its_token()
    {
        var (id, token) = await OpenAsync();
        var created = await server.SendAsync(HttpMethod.Post, $"/v1/nodes/e-{id}",
            """{"data":"x","mode":"ephemeral"}""", ("WebCoord-Session", token));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);

        var response = await server.SendAsync(HttpMethod.Get, $"/v1/sessions/{id}");

        var text = await response.Content.ReadAsStringAsync();
        var session = JsonNode.Parse(text)!;
        Assert.Equal($"/e-{id}", (string?)Assert.Single(session["ephemerals"]!.AsArray()));
        Assert.InRange((int)session["expiresInMs"]!, 0, 30_000);
        Assert.DoesNotContain(token.Split('.')[1], text, StringComparison.Ordinal);

        var all = await server.Client.GetStringAsync("/v1/sessions");
        Assert.Contains(id, all, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Split('.')[1], all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ephemeral_nodes_that_the_caller_may_not_read_are_not_named()
    {
        var (id, token) = await OpenAsync();
        var created = await server.SendAsync(HttpMethod.Post, $"/v1/nodes/secret-{id}",
            """
            {
              "mode": "ephemeral",
              "acl": [{ "scheme": "digest", "id": "u:smGaoVKd/cQkjm7b88GyorAUz20=", "permissions": ["read"] }]
            }
            """,
            ("WebCoord-Session", token));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);

        var session = await MemoryServer.JsonAsync(await server.SendAsync(HttpMethod.Get, $"/v1/sessions/{id}"));
        Assert.Empty(session["ephemerals"]!.AsArray());
    }

    [Fact]
    public async Task A_heartbeat_needs_the_token_of_that_session_or_super()
    {
        var (id, token) = await OpenAsync();
        var (_, other) = await OpenAsync();
        var path = $"/v1/sessions/{id}/heartbeat";

        await AssertProblemAsync(await server.SendAsync(HttpMethod.Post, path), HttpStatusCode.Unauthorized, "no-auth");
        await AssertProblemAsync(await server.SendAsync(HttpMethod.Post, path, null, ("WebCoord-Session", other)),
            HttpStatusCode.Unauthorized, "no-auth");
        await AssertProblemAsync(await server.SendAsync(HttpMethod.Post, path, null, ("WebCoord-Session", "nonsense")),
            HttpStatusCode.Unauthorized, "auth-failed");
        var right = await server.SendAsync(HttpMethod.Post, path, null, ("WebCoord-Session", token));
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal(30_000, (int)(await MemoryServer.JsonAsync(right))["expiresInMs"]!);
        var super = await server.SendAsync(HttpMethod.Post, path, null,
            ("Authorization", MemoryServer.Super.ToString()));
        Assert.Equal(HttpStatusCode.OK, super.StatusCode);
    }

    [Fact]
    public async Task A_closed_session_is_over_with_reason_and_time_and_its_ephemeral_nodes_are_gone()
    {
        var (id, token) = await OpenAsync();
        await server.SendAsync(HttpMethod.Post, $"/v1/nodes/gone-{id}", """{"mode":"ephemeral"}""",
            ("WebCoord-Session", token));

        var closed = await server.SendAsync(HttpMethod.Delete, $"/v1/sessions/{id}", null, ("WebCoord-Session", token));
        Assert.Equal(HttpStatusCode.NoContent, closed.StatusCode);

        var node = await server.SendAsync(HttpMethod.Get, $"/v1/nodes/gone-{id}");
        Assert.Equal(HttpStatusCode.NotFound, node.StatusCode);
        var again = await server.SendAsync(HttpMethod.Post, $"/v1/sessions/{id}/heartbeat", null,
            ("WebCoord-Session", token));
        var problem = await AssertProblemAsync(again, HttpStatusCode.Gone, "session-expired");
        Assert.Equal("closed", (string?)problem["sessionEnd"]!["reason"]);
        Assert.NotNull(problem["sessionEnd"]!["at"]);
        await AssertProblemAsync(await server.SendAsync(HttpMethod.Get, $"/v1/sessions/{id}"), HttpStatusCode.Gone,
            "session-expired");
    }

    [Theory]
    [InlineData("""{"timeoutMs":0}""", "timeoutMs")]
    [InlineData("""{}""", "timeoutMs")]
    [InlineData("""{"timeoutMs":"10"}""", "timeoutMs")]
    [InlineData("""{"timeout":10}""", "timeout")]
    [InlineData("""{"timeoutMs":""", "body")]
    public async Task A_bad_body_is_refused_by_field(string json, string field)
    {
        var response = await server.SendAsync(HttpMethod.Post, "/v1/sessions", json);

        var problem = await AssertProblemAsync(response, HttpStatusCode.BadRequest, "bad-arguments");
        Assert.NotNull(problem["errors"]![field]);
    }

    [Fact]
    public async Task An_id_that_is_none_is_refused()
    {
        var response = await server.SendAsync(HttpMethod.Get, "/v1/sessions/nonsense");

        await AssertProblemAsync(response, HttpStatusCode.BadRequest, "bad-arguments");
    }

    private static async Task<JsonNode> AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status,
        string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = await MemoryServer.JsonAsync(response);
        Assert.Equal(code, (string?)problem["code"]);
        return problem;
    }

    private async Task<(string Id, string Token)> OpenAsync()
    {
        var session = await MemoryServer.JsonAsync(
            await server.SendAsync(HttpMethod.Post, "/v1/sessions", """{"timeoutMs":30000}"""));
        return ((string)session["sessionId"]!, (string)session["token"]!);
    }
}
