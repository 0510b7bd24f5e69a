namespace WebCoord.Server.Tests.Wire;

/// <summary>A server with empty data, which ZooKeeper clients reach too, that all tests of a class share.</summary>
public sealed class RunningWireServer : IAsyncLifetime
{
    private WireServerProcess? _server;

    /// <summary>Where ZooKeeper clients connect.</summary>
    public int Port => _server!.Port;

    public Uri Address => _server!.Process!.Address;

    public HttpClient Client => _server!.Process!.Client;

    public async Task InitializeAsync() => _server = await WireServerProcess.StartAsync();

    public async Task DisposeAsync() => await _server!.DisposeAsync();
}
