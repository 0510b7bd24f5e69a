using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WebCoord.Benchmarks.Rest;

/// <summary>
/// What ASP.NET Core can do at best on this machine: minimal endpoints that answer with the same payload as WebCoord,
/// and keep nothing. It runs in a process of its own, as the server does.
/// </summary>
internal static class BareServer
{
    /// <summary>The argument that starts it.</summary>
    public const string Command = "bare";

    private static readonly byte[] Value = RestBenchmark.Value;

    public static async Task<int> RunAsync(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        await using var app = builder.Build();
        app.Urls.Add(url);
        app.MapGet("/health/ready", () => TypedResults.Ok());
        app.MapGet("/v1/data/{**path}", (string path) => TypedResults.Bytes(Value, "application/octet-stream"));
        app.MapGet("/v1/nodes/{**path}", (string path) => TypedResults.Json(NodeOf(path, RestBenchmark.Text)));
        app.MapPut("/v1/data/{**path}", PutAsync);
        app.MapPut("/v1/nodes/{**path}", (string path, Body body) => TypedResults.Json(NodeOf(path, null)));
        await app.RunAsync();
        return 0;
    }

    private static async Task<IResult> PutAsync(string path, HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return TypedResults.Json(NodeOf(path, null));
    }

    private static Node NodeOf(string path, string? data) =>
        new("/" + path, data, data is null ? null : "utf8", "\"12345.67\"", new NodeStat(
            "12345", "12345", "12345", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z", 67, 0, 0, null, 100, 0,
            "persistent", null));

    private sealed record Body(string? Data, string? Encoding);

    private sealed record Node(string Path, string? Data, string? Encoding, string Etag, NodeStat Stat);

    private sealed record NodeStat(string Czxid, string Mzxid, string Pzxid, string Ctime, string Mtime, int Version,
        int Cversion, int Aversion, string? EphemeralOwner, int DataLength, int NumChildren, string Kind, long? TtlMs);
}
