using System.Globalization;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>The real server in a process of its own, with empty data, that also speaks ZooKeeper's protocol. Disposing
/// kills it.</summary>
internal sealed class WireServerProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly ServerProcess _server;

    private WireServerProcess(TemporaryFolder folder, ServerProcess server, int port)
    {
        _folder = folder;
        _server = server;
        Port = port;
    }

    /// <summary>The loopback port for ZooKeeper's clients.</summary>
    public int Port { get; }

    /// <summary>Where ZooKeeper's clients connect to.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>All that it has printed, errors included.</summary>
    public string Output => _server.Output;

    public static async Task<WireServerProcess> StartAsync(params string[] arguments)
    {
        var folder = new TemporaryFolder();
        var port = FreePort.Next();
        var listen = string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:Port={port}");
        try
        {
            var server = await ServerProcess.StartAsync(folder.Path, [listen, .. arguments]);
            return new WireServerProcess(folder, server, port);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
