using WebCoord.Core;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>Snapshots while the way to Redis fails: what is there stays whole, and it is told as a failure.</summary>
public sealed class SnapshotFailureTests(RunningRedis redis) : IClassFixture<RunningRedis>
{
    /// <summary>In the text of the script that makes a snapshot count, and in no other.</summary>
    private const string Publishing = "Makes a snapshot count whose chunks were written";

    private RedisServer Server => redis.Server;

    [RedisFact]
    public async Task A_snapshot_stays_whole_when_nobody_learns_that_it_counts()
    {
        await using var proxy = new TcpProxy(Server.Port) { MutingText = Publishing };
        var options = RedisLogs.Options(Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entry = (await log.AppendAsync(1, 1))[0];
        await using var connection = await ConnectAsync(options with { Configuration = proxy.Endpoint });
        using var stop = new CancellationTokenSource();
        var saving = new RedisSnapshots().SaveAsync(connection, Puts.StateAt(entry), stop.Token);
        await proxy.Muted.WaitAsync(Puts.Patience);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => saving);

        // Redis does what it is sent in its order: after this, nothing more comes of what was cancelled.
        var over = $"{options.Prefix}-over";
        _ = connection.Database.StringSetAsync(over, "yes");
        await Eventually.HoldsAsync(async () => (await Server.AskAsync("EXISTS", over)).Number == 1);
        var damaged = new List<string>();
        var state = await log.LoadSnapshotAsync(damaged, CancellationToken.None);
        Assert.Empty(damaged);
        Assert.Equal(entry.LastZxid, state?.LastZxid);
    }

    [RedisFact]
    public async Task Whatever_is_asked_on_a_connection_that_was_closed_meanwhile_fails_as_unavailable()
    {
        var options = RedisLogs.Options(Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entry = (await log.AppendAsync(1, 1))[0];
        await log.SaveSnapshotAsync(Puts.StateAt(entry), CancellationToken.None);
        var connection = await ConnectAsync(options);
        var manifest = new SnapshotManifest("1:aa", entry.Position(), 1, 1, "ab", connection.Generation.LogId, "aa");
        using var reader = new SnapshotChunkReader(connection, manifest, CancellationToken.None);
        using var writer = new SnapshotChunkWriter(connection, new Zxid(1), "aa", CancellationToken.None);
        await connection.DisposeAsync();

        await Assert.ThrowsAsync<LogUnavailableException>(() => Task.Run(() => reader.Read(new byte[1])));
        await Assert.ThrowsAsync<LogUnavailableException>(() => Task.Run(() =>
        {
            writer.Write([1]);
            writer.Finish(entry.Position(), connection.Generation.LogId);
        }));
        writer.Abandon();
        await Assert.ThrowsAsync<LogUnavailableException>(
            () => new RedisSnapshots().SaveAsync(connection, Puts.StateAt(entry), CancellationToken.None));
        await Assert.ThrowsAsync<LogUnavailableException>(() => RedisSnapshots.LoadAsync(
            connection, LogPosition.Start, null, [], CancellationToken.None));
        await Assert.ThrowsAsync<LogUnavailableException>(
            () => EntryStream.ReadAsync(connection, Zxid.None, CancellationToken.None));
        await using var link = new RedisLink(connection, connection.Generation, 1, 0);
        await Assert.ThrowsAsync<LogUnavailableException>(
            () => link.LookAsync(entry.Position(), CancellationToken.None));
    }

    [RedisFact]
    public async Task How_long_dialling_may_take_says_nothing_about_what_is_asked_later()
    {
        var options = RedisLogs.Options(Server) with { Timeout = TimeSpan.FromSeconds(9) };
        await using var connection = await RedisConnection.OpenAsync(
            options, new RedisKeys(options.Prefix), Puts.Patience, CancellationToken.None);
        Assert.Equal(options.Timeout, TimeSpan.FromMilliseconds(connection.Multiplexer.TimeoutMilliseconds));
    }

    private async Task<RedisConnection> ConnectAsync(RedisLogOptions options)
    {
        var connection = await RedisConnection.OpenAsync(
            options, new RedisKeys(options.Prefix), Puts.Patience, CancellationToken.None);
        var head = $"{{{options.Prefix}}}:head";
        var fields = (await Server.AskAsync("HMGET", head, "id", "nonce", "run-id", "replid")).Texts;
        connection.Generation = new RedisGeneration(fields[0], fields[1]);
        return connection;
    }
}
