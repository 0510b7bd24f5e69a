using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WebCoord.Server.Tests.Rest;

/// <summary>Bodies over real Kestrel that are too large, too slow, or never end.</summary>
public sealed class BodyTests(BodyTests.Application application) : IClassFixture<BodyTests.Application>
{
    private const int MaxDataBytes = 1_048_000;

    [Fact]
    public async Task A_body_in_chunks_is_refused_as_soon_as_it_is_too_large()
    {
        using var connection = await BeginAsync("Transfer-Encoding: chunked");
        var chunk = new byte[64 << 10];
        var sent = 0;
        try
        {
            // More than the limit, and never an end.
            for (; sent < 2 * MaxDataBytes; sent += chunk.Length)
            {
                await connection.SendAsync(Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"));
                await connection.SendAsync(chunk);
                await connection.SendAsync("\r\n"u8.ToArray());
            }
        }
        catch (SocketException)
        {
            Assert.True(sent > MaxDataBytes, $"refused after {sent} bytes");
        }

        var answer = await ReadAsync(connection);
        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("MaxDataBytes", answer, StringComparison.Ordinal);
        Assert.Contains("\"outcome\":\"not-applied\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(application.Lines, line => line.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_body_that_comes_too_slowly_is_a_timeout()
    {
        using var connection = await BeginAsync("Content-Length: 100000");

        var answer = await ReadAsync(connection);

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"request-timeout\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_goes_away_within_its_body_is_no_bug(bool reset)
    {
        var before = await CountOfGoneAsync();
        var began = application.Began;
        var connection = await BeginAsync("Content-Length: 100000");
        await connection.SendAsync("some"u8.ToArray());
        await Poll(() => Task.FromResult(application.Began > began));
        connection.LingerState = new LingerOption(reset, 0);
        connection.Dispose();

        await Poll(async () => await CountOfGoneAsync() > before);

        Assert.DoesNotContain(application.Lines, line => line.Level >= LogLevel.Error);
        using var client = application.CreateClient();
        Assert.Equal(404, (int)(await client.GetAsync("/v1/nodes/body")).StatusCode);
    }

    private static async Task Poll(Func<Task<bool>> condition)
    {
        for (var i = 0; !await condition(); i++)
        {
            Assert.True(i < 600, "waited for half a minute");
            await Task.Delay(50);
        }
    }

    /// <summary>Requests that ended without an answer that somebody read: quietly, or as a body that ends early.
    /// </summary>
    private async Task<int> CountOfGoneAsync()
    {
        using var client = application.CreateClient();
        var lines = (await client.GetStringAsync("/metrics")).Split('\n');
        return lines.Where(line => line.StartsWith("webcoord_requests_total{operation=\"putData\",status=\"4",
                StringComparison.Ordinal) && !line.Contains("\"413\"", StringComparison.Ordinal)
                && !line.Contains("\"408\"", StringComparison.Ordinal))
            .Sum(line => int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    private async Task<Socket> BeginAsync(string header)
    {
        var address = application.ClientOptions.BaseAddress;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"PUT /v1/data/body HTTP/1.1\r\nHost: {address.Authority}\r\n{header}\r\n\r\n"));
        return socket;
    }

    /// <summary>Reads until the problem document is there.</summary>
    private static async Task<string> ReadAsync(Socket connection)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var text = new StringBuilder();
        var buffer = new byte[8192];
        while (!text.ToString().Contains("traceId", StringComparison.Ordinal)
            && await connection.ReceiveAsync(buffer, patience.Token) is var count and > 0)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    /// <summary>The service over Kestrel with little patience, and what it logs.</summary>
    public sealed class Application : WebCoordApplication, ILoggerProvider
    {
        public Application()
        {
            UseKestrel(0);
            StartServer();
        }

        internal ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = [];

        /// <summary>Requests that have reached their endpoint.</summary>
        internal int Began => Lines.Count(line => line.Text.StartsWith("Executing endpoint", StringComparison.Ordinal)
            && line.Text.Contains("PUT", StringComparison.Ordinal));

        public ILogger CreateLogger(string categoryName) => new Recorder(Lines);

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureLogging(logging => logging.AddProvider(this)
                .AddFilter("Microsoft.AspNetCore.Routing", LogLevel.Information));
            builder.ConfigureServices(services => services.Configure<KestrelServerOptions>(kestrel =>
                kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(1_000, TimeSpan.FromSeconds(3))));
        }

        private sealed class Recorder(ConcurrentQueue<(LogLevel Level, string Text)> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
                Func<TState, Exception?, string> formatter) => lines.Enqueue((logLevel, formatter(state, exception)));
        }
    }
}
