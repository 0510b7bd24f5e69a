using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace WebCoord.Server.Tests.EndToEnd.Durability;

/// <summary>A session with one ephemeral node, which restarts of the server must not end.</summary>
internal sealed class SurvivingSession
{
    private readonly string _id;
    private readonly string _token;
    private readonly string _path;

    private SurvivingSession(JsonElement session, string path)
    {
        _id = session.GetProperty("sessionId").GetString()!;
        _token = session.GetProperty("token").GetString()!;
        _path = path;
    }

    public static async Task<SurvivingSession> OpenAsync(HttpClient client, int number)
    {
        using var opened = await client.PostAsJsonAsync("/v1/sessions", new { timeoutMs = 60_000 });
        Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
        var path = string.Create(CultureInfo.InvariantCulture, $"/ephemeral-{number}");
        var session = new SurvivingSession(await opened.Content.ReadFromJsonAsync<JsonElement>(), path);
        using var request = session.Request(HttpMethod.Post, $"/v1/nodes{path}");
        request.Content = JsonContent.Create(new { data = session._id, mode = "ephemeral" });
        using var created = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return session;
    }

    /// <summary>The session answers and its node is there and its own.</summary>
    public async Task VerifyAliveAsync(HttpClient client)
    {
        using var heartbeat = Request(HttpMethod.Post, $"/v1/sessions/{_id}/heartbeat");
        using var beaten = await client.SendAsync(heartbeat);
        Assert.Equal(HttpStatusCode.OK, beaten.StatusCode);
        var node = await client.GetFromJsonAsync<JsonElement>($"/v1/nodes{_path}");
        Assert.Equal(_id, node.GetProperty("stat").GetProperty("ephemeralOwner").GetString());
    }

    public async Task CloseAsync(HttpClient client)
    {
        using var request = Request(HttpMethod.Delete, $"/v1/sessions/{_id}");
        using var closed = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, closed.StatusCode);
    }

    /// <summary>The session was closed for good, and its node with it.</summary>
    public async Task VerifyGoneAsync(HttpClient client)
    {
        using var heartbeat = Request(HttpMethod.Post, $"/v1/sessions/{_id}/heartbeat");
        using var beaten = await client.SendAsync(heartbeat);
        Assert.Equal(HttpStatusCode.Gone, beaten.StatusCode);
        using var node = await client.GetAsync($"/v1/nodes{_path}");
        Assert.Equal(HttpStatusCode.NotFound, node.StatusCode);
    }

    private HttpRequestMessage Request(HttpMethod method, string target)
    {
        var request = new HttpRequestMessage(method, target);
        request.Headers.Add("WebCoord-Session", _token);
        return request;
    }
}
