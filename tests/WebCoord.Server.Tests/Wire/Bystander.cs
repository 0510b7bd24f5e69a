namespace WebCoord.Server.Tests.Wire;

/// <summary>A well-behaved client that works the whole time while others attack the server: it writes, reads, and is
/// told of its changes, and keeps its session.</summary>
internal sealed class Bystander : IAsyncDisposable
{
    private const string Path = "/bystander";

    private readonly CancellationTokenSource _enough = new();
    private readonly WireClient _client;
    private readonly Task<int> _working;

    private Bystander(WireClient client)
    {
        _client = client;
        _working = Task.Run(WorkAsync);
    }

    public static async Task<Bystander> StartAsync(int port)
    {
        var client = await WireClient.OpenAsync(port);
        await client.CreateAsync(Path, flags: 1).SucceedsAsync();
        return new Bystander(client);
    }

    /// <summary>Ends the work; fails if anything of it went wrong, or if none of it was done.</summary>
    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        var rounds = await _working;
        await _client.CallAsync(WireOp.CloseSession).SucceedsAsync();
        await _client.DisposeAsync();
        _enough.Dispose();
        Assert.NotEqual(0, rounds);
    }

    private async Task<int> WorkAsync()
    {
        var version = 0;
        for (; !_enough.IsCancellationRequested || version == 0; version++)
        {
            byte[] data = [(byte)version];
            await _client.GetDataAsync(Path, watch: true).SucceedsAsync();
            await _client.SetDataAsync(Path, data, version).SucceedsAsync();
            Assert.Equal([new WireEvent(3, 3, Path)], await _client.EventsAsync());
            var read = (await _client.GetDataAsync(Path)).Reader();
            Assert.Equal(data, read.Buffer());
            Assert.Equal(_client.Session!.SessionId, read.Stat().EphemeralOwner);
            await Task.Delay(5);
        }

        return version;
    }
}
