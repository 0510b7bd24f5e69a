using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using WebCoord.Server.Rest;

namespace WebCoord.Server.Tests.Rest;

/// <summary>Paths over real Kestrel, through a socket that sends the target as it is.</summary>
public sealed class RequestPathTests(KestrelApplication application) : IClassFixture<KestrelApplication>
{
    private readonly Uri _address = application.Address;

    [Theory]
    [InlineData("/v1/nodes/a/b/c", "/a/b/c")]
    [InlineData("/v1/nodes/d%2Fe%2ff", "/d/e/f")]
    [InlineData("/v1/nodes/%2Ffed", "/fed")]
    [InlineData("/v1/nodes/a%252Fb", "/a%2Fb")]
    [InlineData("/v1/nodes/%C3%A4%20+", "/ä +")]
    [InlineData("/v1/nodes/...", "/...")]
    public async Task A_target_names_a_node(string target, string path)
    {
        var (status, body) = await SendAsync("PUT", target + "?createParents=true");
        Assert.True(status == 201, body);
        Assert.Equal(path, JsonDocument.Parse(body).RootElement.Text("path"));
    }

    [Fact]
    public async Task A_target_may_be_absolute()
    {
        var target = $"http://{_address.Authority}/v1/nodes/absolute%2Fform?createParents=true";
        var (status, body) = await SendAsync("PUT", target);
        Assert.True(status == 201, body);
        Assert.Equal("/absolute/form", JsonDocument.Parse(body).RootElement.Text("path"));
    }

    [Theory]
    [InlineData("/v1/nodes")]
    [InlineData("/v1/nodes/")]
    [InlineData("/v1/nodes/%2F")]
    [InlineData("/V1/Nodes")]
    public async Task A_target_names_the_root(string target)
    {
        var (status, body) = await SendAsync("GET", target);
        Assert.True(status == 200, body);
        Assert.Equal("/", JsonDocument.Parse(body).RootElement.Text("path"));
    }

    [Theory]
    [InlineData("/v1/nodes//a")]
    [InlineData("/v1/nodes/a//b")]
    [InlineData("/v1/nodes/a/")]
    [InlineData("/v1/nodes/a%2F")]
    [InlineData("/v1/nodes/%2F%2Fa")]
    [InlineData("/v1/nodes/a/./b")]
    [InlineData("/v1/nodes/a/../b")]
    [InlineData("/v1/nodes/a/%2e%2e/b")]
    [InlineData("/v1/nodes/a%2F..%2Fb")]
    [InlineData("/v1/nodes/x/../../children/y")]
    [InlineData("/v1/n%6fdes/a")]
    [InlineData("/v1/nodes/a%zz")]
    [InlineData("/v1/nodes/a%ff")]
    [InlineData("/v1/nodes/a%01b")]
    [InlineData("/v1/nodes/a%EF%BF%BDb")]
    public async Task A_target_is_refused_and_never_normalised(string target)
    {
        var (status, body) = await SendAsync("GET", target);
        Assert.True(status == 400, $"{status} {body}");
        var problem = JsonDocument.Parse(body).RootElement;
        Assert.Equal("bad-arguments", problem.Text("code"));
        Assert.True(problem.GetProperty("errors").TryGetProperty("path", out _));
    }

    [Theory]
    [InlineData("GET", "/v1/nodes/a/../../cluster")]
    [InlineData("GET", "/v1/nodes/%2e%2E/cluster")]
    [InlineData("GET", "/v1/./cluster")]
    [InlineData("GET", "/swagger/../v1/sessions")]
    [InlineData("POST", "/v1/nodes/x/../../sync")]
    [InlineData("POST", "/v1/nodes/x/%2E./../transactions")]
    [InlineData("DELETE", "/v1/sessions/x/../{id}")]
    [InlineData("DELETE", "/v1/sessions/x/.%2e/{id}")]
    [InlineData("DELETE", "/v1/nodes/x/../../sessions/{id}")]
    public async Task A_target_reaches_no_resource_through_dots(string method, string target)
    {
        var token = await application.OpenSessionAsync();
        var id = token.Split('.')[0];

        var (status, body) = await SendAsync(method, target.Replace("{id}", id, StringComparison.Ordinal),
            """{"operations":[]}""", ("WebCoord-Session", token));

        Assert.True(status == 400, $"{status} {body}");
        Assert.True(JsonDocument.Parse(body).RootElement.GetProperty("errors").TryGetProperty("path", out _), body);
        Assert.Equal(200, (await SendAsync("GET", $"/v1/sessions/{id}")).Status);
    }

    [Theory]
    [InlineData("/v1/nodes/s1/", "/s1/0000000000")]
    [InlineData("/v1/nodes/s2%2F", "/s2/0000000000")]
    public async Task A_sequential_create_may_end_in_a_slash(string target, string path)
    {
        Assert.Equal(201, (await SendAsync("PUT", "/v1/nodes" + path[..3])).Status);
        Assert.Equal(400, (await SendAsync("POST", target)).Status);
        var (status, body) = await SendAsync("POST", target, """{"mode":"persistentSequential"}""");
        Assert.True(status == 201, body);
        Assert.Equal(path, JsonDocument.Parse(body).RootElement.Text("path"));
    }

    [Fact]
    public async Task A_body_that_says_it_is_too_large_is_not_waited_for()
    {
        using var connection = await ConnectAsync();
        await connection.SendAsync(Encoding.ASCII.GetBytes("PUT /v1/data/big HTTP/1.1\r\n"
            + $"Host: {_address.Authority}\r\nContent-Length: 900000000\r\n\r\nx"));
        var answer = await ReadAsync(connection);
        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("too-large", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a b/ä%", "/v1/nodes/a%20b/%C3%A4%25")]
    [InlineData("/", "/v1/nodes")]
    public void A_path_has_a_place_among_the_resources(string path, string place)
    {
        Assert.Equal(place, RequestPath.UrlOf("/v1/nodes", path));
        Assert.True(RequestPath.TryRead(place, "/v1/nodes", out var read, out _));
        Assert.Equal(path, read);
    }

    private async Task<(int Status, string Body)> SendAsync(string method, string target, string body = "{}",
        params (string Name, string Value)[] headers)
    {
        using var connection = await ConnectAsync();
        var more = string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"));
        var content = method == "GET" ? "" : $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n";
        await connection.SendAsync(Encoding.UTF8.GetBytes($"{method} {target} HTTP/1.1\r\n"
            + $"Host: {_address.Authority}\r\nConnection: close\r\n{more}{content}\r\n"
            + (method == "GET" ? "" : body)));
        var answer = await ReadAsync(connection);
        var start = answer.IndexOf('{', StringComparison.Ordinal);
        return (int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture),
            start < 0 ? answer : answer[start..(answer.LastIndexOf('}') + 1)]);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_address.Host == "localhost" ? "127.0.0.1" : _address.Host, _address.Port);
        return socket;
    }

    /// <summary>Reads to the end of the connection, or of the document.</summary>
    private static async Task<string> ReadAsync(Socket connection)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var text = new StringBuilder();
        var buffer = new byte[8192];
        while (await connection.ReceiveAsync(buffer, patience.Token) is var count and > 0)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
            if (text.ToString().Contains("\r\n0\r\n\r\n", StringComparison.Ordinal))
            {
                break;
            }
        }

        return text.ToString();
    }
}
