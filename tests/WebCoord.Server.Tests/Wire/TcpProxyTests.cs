using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WebCoord.Server.Tests.Wire;

/// <summary>The proxy itself, between a client and a server that sends back what it gets.</summary>
public sealed class TcpProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly List<Task> _echoes = [];
    private Task _accepting = Task.CompletedTask;
    private TcpProxy? _proxy;

    public Task InitializeAsync()
    {
        _server.Start();
        _accepting = AcceptAsync();
        _proxy = new TcpProxy(((IPEndPoint)_server.LocalEndpoint).Port);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _proxy!.DisposeAsync();
        _server.Dispose();
        await _accepting.WaitAsync(MaxWait);
        await Task.WhenAll(_echoes).WaitAsync(MaxWait);
    }

    [Fact]
    public async Task It_passes_everything_on_and_tells_the_end()
    {
        using var client = await ConnectAsync(_proxy!.Port);

        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);

        await client.GetStream().WriteAsync("hello"u8.ToArray());
        client.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal("hello", await reader.ReadToEndAsync().WaitAsync(MaxWait));
    }

    [Fact]
    public async Task It_cuts_connections_refuses_new_ones_and_resumes()
    {
        using var client = await ConnectAsync(_proxy!.Port);
        await ExchangeAsync(client);

        _proxy.Cut();

        Assert.True(await IsClosedAsync(client));
        using (var refused = await ConnectAsync(_proxy.Port))
        {
            Assert.True(await IsClosedAsync(refused));
        }

        _proxy.Resume();
        using var another = await ConnectAsync(_proxy.Port);
        await ExchangeAsync(another);
    }

    [Fact]
    public async Task It_holds_what_is_sent_until_it_resumes()
    {
        using var client = await ConnectAsync(_proxy!.Port);
        await ExchangeAsync(client);
        _proxy.Hold();

        var exchange = ExchangeAsync(client);
        using var another = await ConnectAsync(_proxy.Port);
        var anotherExchange = ExchangeAsync(another);
        await Task.Delay(100);
        Assert.False(exchange.IsCompleted || anotherExchange.IsCompleted);

        _proxy.Resume();
        await exchange;
        await anotherExchange;
    }

    [Fact]
    public async Task Its_control_does_what_a_line_says()
    {
        await using var control = new ProxyControl(((IPEndPoint)_server.LocalEndpoint).Port);
        var called = 0;
        control.Add("call", () =>
        {
            called++;
            return Task.CompletedTask;
        });
        using var program = await ConnectAsync(control.Port);
        using var reader = new StreamReader(program.GetStream());
        async Task<string?> AskAsync(string line)
        {
            await program.GetStream().WriteAsync(Encoding.ASCII.GetBytes(line + "\n"));
            return await reader.ReadLineAsync().WaitAsync(MaxWait);
        }

        var port = int.Parse((await AskAsync("open"))!, System.Globalization.CultureInfo.InvariantCulture);
        using var client = await ConnectAsync(port);
        await ExchangeAsync(client);
        Assert.Equal("ok", await AskAsync($"cut {port}"));
        Assert.True(await IsClosedAsync(client));
        Assert.Equal("ok", await AskAsync($"resume {port}"));
        using var another = await ConnectAsync(port);
        await ExchangeAsync(another);
        Assert.Equal("ok", await AskAsync("call"));
        Assert.Equal(1, called);
        Assert.Equal("unknown command: cut", await AskAsync("cut"));
    }

    private static async Task<TcpClient> ConnectAsync(int port)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port).WaitAsync(MaxWait);
        return client;
    }

    private static async Task ExchangeAsync(TcpClient client)
    {
        await client.GetStream().WriteAsync("x"u8.ToArray());
        var answer = new byte[1];
        await client.GetStream().ReadExactlyAsync(answer).AsTask().WaitAsync(MaxWait);
        Assert.Equal("x"u8.ToArray(), answer);
    }

    private static async Task<bool> IsClosedAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(MaxWait) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _echoes.Add(EchoAsync(await _server.AcceptTcpClientAsync()));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    private static async Task EchoAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await client.GetStream().CopyToAsync(client.GetStream());
            }
            catch (IOException)
            {
                // The other end was cut off.
            }
        }
    }
}
