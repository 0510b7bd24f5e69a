namespace WebCoord.Server.Tests.EndToEnd;

/// <summary>A server with empty data that all tests of a class share.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ServerProcess? _server;

    public Uri Address => _server!.Address;

    public HttpClient Client => _server!.Client;

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync(_folder.Path);

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        _folder.Dispose();
    }
}
