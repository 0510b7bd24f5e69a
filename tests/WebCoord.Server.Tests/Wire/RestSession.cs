using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace WebCoord.Server.Tests.Wire;

/// <summary>A session opened over REST, and kazoo's lock as a program without kazoo takes part in it.</summary>
internal sealed partial class RestSession(HttpClient client, string id, string token)
{
    public string Id { get; } = id;

    public static async Task<RestSession> OpenAsync(HttpClient client, int timeoutMs)
    {
        using var opened = await client.PostAsJsonAsync("/v1/sessions", new { timeoutMs });
        Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
        var session = await opened.Content.ReadFromJsonAsync<JsonElement>();
        return new RestSession(client, session.GetProperty("sessionId").GetString()!,
            session.GetProperty("token").GetString()!);
    }

    /// <summary>Calls as part of the session.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string target, object? body = null,
        string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(method, target);
        request.Headers.Add("WebCoord-Session", token);
        request.Content = body is null ? null : JsonContent.Create(body);
        if (ifNoneMatch is not null)
        {
            request.Headers.Add("If-None-Match", ifNoneMatch);
        }

        return await client.SendAsync(request);
    }

    /// <summary>Creates a node of the session; returns its path.</summary>
    public async Task<string> CreateAsync(string path, string mode)
    {
        using var created = await SendAsync(HttpMethod.Post, $"/v1/nodes{path}",
            new { data = "rest", mode, createParents = true });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var node = await created.Content.ReadFromJsonAsync<JsonElement>();
        return node.GetProperty("path").GetString()!;
    }

    public async Task DeleteAsync(string path)
    {
        using var deleted = await SendAsync(HttpMethod.Delete, $"/v1/nodes{path}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    public async Task<HttpStatusCode> BeatAsync()
    {
        using var beaten = await SendAsync(HttpMethod.Post, $"/v1/sessions/{Id}/heartbeat");
        return beaten.StatusCode;
    }

    /// <summary>Lines up for a lock of kazoo, under such a name as kazoo gives; returns its place.</summary>
    public Task<string> LineUpAsync(string lockPath) =>
        CreateAsync($"{lockPath}/{Guid.NewGuid():n}__lock__", "ephemeralSequential");

    /// <summary>Waits until its place is the first one; whoever is just before is watched by a long poll.</summary>
    public async Task WaitForTurnAsync(string lockPath, string place)
    {
        while (await BeforeAsync(lockPath, place) is { } before)
        {
            string? tag = null;
            while (tag != "gone")
            {
                using var read = await SendAsync(HttpMethod.Get, $"/v1/nodes{before}?wait=1s", ifNoneMatch: tag);
                tag = read.StatusCode == HttpStatusCode.NotFound ? "gone" : read.Headers.ETag!.ToString();
            }
        }
    }

    private async Task<string?> BeforeAsync(string lockPath, string place)
    {
        using var read = await SendAsync(HttpMethod.Get, $"/v1/children{lockPath}?limit=1000");
        var body = await read.Content.ReadFromJsonAsync<JsonElement>();
        return body.GetProperty("children").EnumerateArray()
            .Select(child => child.GetProperty("path").GetString()!)
            .Where(path => Contender().IsMatch(path)
                && string.CompareOrdinal(NumberOf(path), NumberOf(place)) < 0)
            .MaxBy(NumberOf, StringComparer.Ordinal);
    }

    /// <summary>The number at the end of a place in the line.</summary>
    public static string NumberOf(string place) => place[^10..];

    [GeneratedRegex(@"__lock__\d{10}$")]
    private static partial Regex Contender();
}
