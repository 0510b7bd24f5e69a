using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using WebCoord.Server.Rest;

namespace WebCoord.Server.Tests.Rest;

public sealed class TreeStreamTests
{
    [Fact]
    public async Task A_reader_that_takes_too_long_is_cut_off_before_the_end()
    {
        var impatient = new TreeStream(TimeProvider.System, NullLogger<TreeStream>.Instance)
        {
            PatiencePerPiece = TimeSpan.FromMilliseconds(200),
        };
        using var application = new WebCoordApplication { Replace = services => services.AddSingleton(impatient) };
        application.UseKestrel(0);
        using var client = application.ClientOf();
        await FillAsync(client);
        var text = await ReadSlowlyAsync(client.BaseAddress!);
        Assert.StartsWith("HTTP/1.1 200", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"end\":true", text, StringComparison.Ordinal);
        using var whole = new HttpRequestMessage(HttpMethod.Get, "/v1/tree?include=data");
        whole.Headers.Add("Accept", "application/x-ndjson");
        var complete = await (await client.SendAsync(whole)).Content.ReadAsStringAsync();
        Assert.EndsWith("}\n", complete, StringComparison.Ordinal);
        Assert.Contains("\"end\":true", complete[^60..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_takes_too_long_over_all_is_cut_off_however_steady_it_is()
    {
        var aging = new TreeStream(TimeProvider.System, NullLogger<TreeStream>.Instance)
        {
            MaxAge = TimeSpan.FromSeconds(2),
        };
        using var application = new WebCoordApplication { Replace = services => services.AddSingleton(aging) };
        application.UseKestrel(0);
        using var client = application.ClientOf();
        await FillAsync(client);
        var text = await ReadSlowlyAsync(client.BaseAddress!);
        Assert.StartsWith("HTTP/1.1 200", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"end\":true", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_too_many_is_refused()
    {
        var full = new TreeStream(TimeProvider.System, NullLogger<TreeStream>.Instance) { MaxOpen = 0 };
        using var application = new WebCoordApplication { Replace = services => services.AddSingleton(full) };
        using var client = application.ClientOf();
        var refused = await client.GetAsync("/v1/tree");
        await refused.ProblemAsync(429, "throttled");
        Assert.NotNull(refused.Header("Retry-After"));
    }

    [Fact]
    public async Task A_tree_that_is_read_makes_room_for_the_next()
    {
        var narrow = new TreeStream(TimeProvider.System, NullLogger<TreeStream>.Instance) { MaxOpen = 1 };
        using var application = new WebCoordApplication { Replace = services => services.AddSingleton(narrow) };
        using var client = application.ClientOf();
        await (await client.GetAsync("/v1/tree")).JsonAsync(200);
        await (await client.GetAsync("/v1/tree/none")).ProblemAsync(404, "no-node");
        await (await client.GetAsync("/v1/tree")).JsonAsync(200);
    }

    [Fact]
    public void A_large_node_gets_the_patience_of_its_size()
    {
        var stream = new TreeStream(TimeProvider.System, NullLogger<TreeStream>.Instance);
        Assert.Equal(stream.PatiencePerPiece, stream.PatienceFor(1));
        Assert.Equal(stream.PatiencePerPiece * 16, stream.PatienceFor(1 << 20));
    }

    private static async Task FillAsync(HttpClient client)
    {
        var data = new byte[1_000_000];
        data.AsSpan().Fill((byte)'x');
        for (var i = 0; i < 40; i++)
        {
            await (await client.SendAsync(HttpMethod.Put, $"/v1/data/n{i}", data)).JsonAsync(201);
        }
    }

    /// <summary>Takes a little at a time until the server has had enough.</summary>
    private static async Task<string> ReadSlowlyAsync(Uri address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.ReceiveBufferSize = 4_096;
        await socket.ConnectAsync("127.0.0.1", address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /v1/tree?include=data HTTP/1.1\r\n"
            + $"Host: {address.Authority}\r\nAccept: application/x-ndjson\r\n\r\n"));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var text = new StringBuilder();
        var buffer = new byte[1_024];
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) is var count and > 0)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
                await Task.Delay(100, patience.Token);
            }
        }
        catch (SocketException)
        {
            // Cut off, as expected.
        }

        return text.ToString();
    }
}
