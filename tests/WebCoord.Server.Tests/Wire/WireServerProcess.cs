using System.Globalization;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>The real server in a process of its own, with empty data at first, that also speaks ZooKeeper's protocol.
/// Disposing kills it.</summary>
internal sealed class WireServerProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _arguments;

    private WireServerProcess(string[] arguments) => _arguments = arguments;

    /// <summary>The loopback port for ZooKeeper's clients, the same after every start.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>The process that runs, or ran last.</summary>
    public ServerProcess? Process { get; private set; }

    /// <summary>Starts the server and waits until it is ready.</summary>
    public static async Task<WireServerProcess> StartAsync(params string[] arguments)
    {
        var server = new WireServerProcess(arguments);
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it on the data that it had before.</summary>
    public async Task StartAgainAsync()
    {
        if (Process is not null)
        {
            await Process.DisposeAsync();
        }

        Process = await ServerProcess.StartAsync(_folder.Path,
            [string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:Port={Port}"), .. _arguments]);
    }

    /// <summary>Ends it at once, as a crash would.</summary>
    public Task KillAsync() => Process!.KillAsync();

    public async ValueTask DisposeAsync()
    {
        if (Process is not null)
        {
            await Process.DisposeAsync();
        }

        _folder.Dispose();
    }
}
