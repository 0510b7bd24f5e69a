using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace WebCoord.Scaleout.Tests.Load;

/// <summary>A session that is used over HTTP, through any instance.</summary>
internal sealed class RestSession
{
    private readonly string _id;

    private RestSession(JsonElement opened)
    {
        _id = opened.GetProperty("sessionId").GetString()!;
        Token = opened.GetProperty("token").GetString()!;
    }

    public string Token { get; }

    public static async Task<RestSession> OpenAsync(HttpClient client, int timeoutMs)
    {
        using var opened = await client.PostAsJsonAsync("v1/sessions", new { timeoutMs });
        Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
        return new RestSession(await opened.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async Task CreateEphemeralAsync(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/nodes{path}")
        {
            Content = JsonContent.Create(new { data = _id, mode = "ephemeral" }),
        };
        request.Headers.Add("WebCoord-Session", Token);
        using var created = await client.SendAsync(request);
        Assert.True(created.StatusCode == HttpStatusCode.Created, await created.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a heartbeat.</summary>
    public async Task<HttpStatusCode> BeatAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/sessions/{_id}/heartbeat");
        request.Headers.Add("WebCoord-Session", Token);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>Sends heartbeats until it is told to stop.</summary>
    public async Task BeatUntilAsync(HttpClient client, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await BeatAsync(client);
            await Task.Delay(100, CancellationToken.None);
        }
    }

    public async Task CloseAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"v1/sessions/{_id}");
        request.Headers.Add("WebCoord-Session", Token);
        using var closed = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, closed.StatusCode);
    }
}
