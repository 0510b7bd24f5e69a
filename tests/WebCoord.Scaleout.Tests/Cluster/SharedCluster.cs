using WebCoord.TransactionLog.Tests.Redis;

namespace WebCoord.Scaleout.Tests.Cluster;

/// <summary>A service that tests use one after the other. One that fails, and so leaves it in a state that nobody
/// knows, costs the next test the start of another.</summary>
public sealed class SharedCluster : IAsyncLifetime
{
    private ServerCluster? _cluster;
    private bool _isWell;
    private int _folders;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    /// <summary>A folder that no test has used.</summary>
    internal string NextFolder() => $"/folder-{++_folders}";

    /// <summary>The service, all instances well. Whoever takes it gives it back so.</summary>
    internal async Task<ServerCluster> TakeAsync()
    {
        Assert.Null(RedisServer.WhyMissing);
        if (_cluster is not null && !_isWell)
        {
            await _cluster.DisposeAsync();
            _cluster = null;
        }

        _isWell = false;
        return _cluster ??= await ServerCluster.StartAsync();
    }

    /// <summary>All instances are well again.</summary>
    internal void GiveBack() => _isWell = true;
}
