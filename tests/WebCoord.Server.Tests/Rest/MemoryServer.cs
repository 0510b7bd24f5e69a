using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Rest;

/// <summary>One real server on a <see cref="LogUnderTest"/> for all tests of a class, and a super user,
/// <c>super:test</c>.</summary>
public sealed class MemoryServer : IAsyncLifetime
{
    public static readonly AuthenticationHeaderValue Super = Basic("super:test");

    private readonly TemporaryFolder _folder = new();
    private ServerProcess? _server;

    internal HttpClient Client => _server!.Client;

    public static AuthenticationHeaderValue Basic(string credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credential)));

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync(_folder.Path,
        [.. LogUnderTest.NewArguments(), "--WebCoord:ZooKeeper:SuperDigest=super:D/InIHSb7yEEbrWz8b9l71RjZJU=",
            "--WebCoord:Security:AllowedOrigins:0=https://app.example"]);

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Sends a request; a header value comes after its name.</summary>
    internal Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? json = null,
        params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return Client.SendAsync(request);
    }

    internal static async Task<JsonNode> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
}
