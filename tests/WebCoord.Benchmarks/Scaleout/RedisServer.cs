using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Benchmarks.Scaleout;

/// <summary>A Redis in a process of its own, which has everything on disk before it answers.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan MaxStart = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private RedisServer(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>What its process has taken of the processors so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it with its data in the folder.</summary>
    public static async Task<RedisServer> StartAsync(string folder)
    {
        var port = FreePort.Next();
        var process = Process.Start(new ProcessStartInfo("redis-server",
        [
            "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", folder,
            "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--loglevel", "warning",

            // The file shows what was written to it only while it is not rewritten.
            "--auto-aof-rewrite-percentage", "0",
        ])
        {
            RedirectStandardOutput = true,
        })!;
        process.BeginOutputReadLine();
        var redis = new RedisServer(process, port);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => redis.Kill();
        var watch = Stopwatch.StartNew();
        while (!await redis.IsReadyAsync())
        {
            if (process.HasExited || watch.Elapsed > MaxStart)
            {
                await redis.DisposeAsync();
                throw new InvalidOperationException("redis-server did not start.");
            }

            await Task.Delay(20);
        }

        return redis;
    }

    /// <summary>All that it tells of itself, by name.</summary>
    public async Task<ImmutableDictionary<string, string>> InfoAsync()
    {
        var lines = (await AskAsync("INFO everything")).Split("\r\n");
        return lines.Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2)
            .ToImmutableDictionary(pair => pair[0], pair => pair[1]);
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends a command whose answer is one text.</summary>
    private async Task<string> AskAsync(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\nQUIT\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            return (await AskAsync("PING")).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }
}
