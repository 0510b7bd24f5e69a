using System.Globalization;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>A server with empty data, which ZooKeeper clients reach too, that all tests of a class share.</summary>
public sealed class RunningWireServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ServerProcess? _server;

    /// <summary>Where ZooKeeper clients connect.</summary>
    public int Port { get; } = FreePort.Next();

    public Uri Address => _server!.Address;

    public HttpClient Client => _server!.Client;

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync(_folder.Path,
        string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:Port={Port}"));

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        _folder.Dispose();
    }
}
