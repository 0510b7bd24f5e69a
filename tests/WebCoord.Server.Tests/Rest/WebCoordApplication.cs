using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Rest;

/// <summary>The whole service on a <see cref="LogUnderTest"/>. Over <c>UseKestrel(0)</c> it listens on a free port.
/// </summary>
public class WebCoordApplication : WebApplicationFactory<Program>
{
    private readonly Dictionary<string, string> _settings = new(LogUnderTest.NewSettings())
    {
        ["WebCoord:ZooKeeper:Port"] = "0",
    };

    /// <summary>Replaces services, for tests of limits that are long in real life.</summary>
    public Action<IServiceCollection> Replace { get; init; } = _ => { };

    public T Service<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public WebCoordApplication With(string key, string value)
    {
        _settings[key] = value;
        return this;
    }

    /// <summary>A client with credentials, or without.</summary>
    public HttpClient ClientOf(string? credential = null)
    {
        var client = CreateClient();
        if (credential is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes(credential)));
        }

        return client;
    }

    public async Task<string> OpenSessionAsync()
    {
        var result = await Service<Sequencer>().SubmitAsync(
            new Request(new Command.CreateSession(30_000, SessionToken.NewKey())), default);
        return SessionToken.Format(result.Session!);
    }

    public Task CloseSessionAsync(string token)
    {
        Assert.True(SessionToken.TryParse(token, out var id, out _));
        return Service<Sequencer>().SubmitAsync(new Request(new Command.CloseSession(id)) { Session = SessionId.None },
            default);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureServices(services => Replace(services));
    }
}

/// <summary>The same over Kestrel, on a free port.</summary>
public sealed class KestrelApplication : WebCoordApplication
{
    public KestrelApplication()
    {
        UseKestrel(0);
        StartServer();
    }

    public Uri Address => ClientOptions.BaseAddress;
}

/// <summary>Short forms for what every API test does.</summary>
internal static class ApiCalls
{
    public static async Task<HttpResponseMessage> SendAsync(this HttpClient client, HttpMethod method, string url,
        object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, url);
        request.Content = body switch
        {
            null => null,
            byte[] bytes => new ByteArrayContent(bytes),
            string json => new StringContent(json, Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body),
        };
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return await client.SendAsync(request);
    }

    public static Task<HttpResponseMessage> PutTextAsync(this HttpClient client, string path, string data) =>
        client.SendAsync(HttpMethod.Put, "/v1/nodes" + path, new { data });

    /// <summary>Asserts the status and reads the body.</summary>
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response, int status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} instead of {status}: {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text, ContractJson.Options);
    }

    /// <summary>Asserts that it is a complete problem document of that status and code.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, int status, string code)
    {
        var body = await response.JsonAsync(status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, body.GetProperty("code").GetString());
        Assert.Equal("/problems/" + code, body.GetProperty("type").GetString());
        Assert.Equal(status, body.GetProperty("status").GetInt32());
        Assert.NotEmpty(body.GetProperty("title").GetString()!);
        Assert.NotEmpty(body.GetProperty("detail").GetString()!);
        Assert.NotEmpty(body.GetProperty("traceId").GetString()!);
        Assert.Equal(response.Header("WebCoord-Zxid"), body.GetProperty("zxid").GetString());
        return body;
    }

    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? string.Join(",", values)
            : null;

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
