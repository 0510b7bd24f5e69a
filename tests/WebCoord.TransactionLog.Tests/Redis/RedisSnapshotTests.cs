using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog.InMemory;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>Snapshots in chunks, of which two are kept, written and read by several at once.</summary>
public sealed class RedisSnapshotTests(RunningRedis redis) : IClassFixture<RunningRedis>
{
    private RedisServer Server => redis.Server;

    [RedisFact]
    public async Task Two_snapshots_are_kept_and_their_chunks_never_expire()
    {
        var options = RedisLogs.Options(Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entries = await log.AppendAsync(1, 4);
        foreach (var entry in entries[..3])
        {
            await log.SaveSnapshotAsync(Puts.StateAt(entry), CancellationToken.None);
        }

        var chunks = await ChunksAsync(options);
        Assert.Equal(["2", "3"], chunks.Select(key => key.Split(':')[2]).Distinct().Order());
        foreach (var key in chunks)
        {
            Assert.Equal(-1, (await Server.AskAsync("PTTL", key)).Number);
        }

        Assert.Equal(2, (await Server.AskAsync("HLEN", KeyOf(options, "snapshots"))).Number);
    }

    [RedisFact]
    public async Task A_state_larger_than_a_chunk_comes_back_as_it_was()
    {
        var options = RedisLogs.Options(Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entry = (await log.AppendAsync(1, 1))[0];
        var state = await StateOfAsync(nodes: 3_000, bytes: 500, entry);
        await log.SaveSnapshotAsync(state, CancellationToken.None);
        Assert.InRange((await ChunksAsync(options)).Count, 6, 8);
        await using var other = await RedisLogs.OpenAsync(options);
        var loaded = await other.LoadSnapshotAsync([], CancellationToken.None);
        Assert.Equal((state.Digest, entry.Position()), (loaded!.Digest, LogPosition.Of(loaded)));
    }

    [RedisFact]
    public async Task Chunks_of_an_attempt_that_never_counts_expire()
    {
        var options = RedisLogs.Options(Server);
        await using var log = await RedisLogs.OpenAsync(options);
        await using var connection = await ConnectAsync(options);
        using var writer = new SnapshotChunkWriter(connection, new Zxid(5), "aa", CancellationToken.None);
        await Task.Run(() => writer.Write(new byte[(2 * SnapshotChunkWriter.ChunkBytes) + 1]));
        var manifest = await Task.Run(() => writer.Finish(LogPosition.Start, connection.Generation.LogId));
        Assert.Equal((3, (2 * SnapshotChunkWriter.ChunkBytes) + 1), (manifest.Chunks, manifest.Bytes));
        var chunks = await ChunksAsync(options);
        Assert.Equal(3, chunks.Count);
        foreach (var key in chunks)
        {
            Assert.InRange((await Server.AskAsync("PTTL", key)).Number, 1, 3_600_000);
        }

        Assert.Null(await log.LoadSnapshotAsync([], CancellationToken.None));
        writer.Abandon();
        await Eventually.HoldsAsync(async () => (await ChunksAsync(options)).Count == 0);
    }

    [RedisFact]
    public async Task A_snapshot_whose_chunks_expired_before_it_was_finished_does_not_count()
    {
        var options = RedisLogs.Options(Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entry = (await log.AppendAsync(1, 1))[0];
        await using var connection = await ConnectAsync(options);
        var (epoch, counter) = (entry.LastZxid.Epoch, (long)entry.LastZxid.Counter);
        var answer = await connection.RunAsync(new RedisScript("publish", "snapshots"),
            [connection.Generation.Nonce, epoch, counter, entry.ChainHash, "1:gone", 1, 100, "ab", "aa"],
            CancellationToken.None, connection.Keys.SnapshotClaim);
        Assert.Equal("GONE", ((string[])answer!)[0]);
        Assert.Null(await log.LoadSnapshotAsync([], CancellationToken.None));
    }

    [RedisFact]
    public async Task Of_several_instances_at_nearly_the_same_place_one_saves()
    {
        var options = RedisLogs.Options(Server);
        await using var first = await RedisLogs.OpenAsync(options);
        await using var second = await RedisLogs.OpenAsync(options);
        var entries = await first.AppendAsync(1, 40);
        Assert.True(await first.SaveSnapshotAsync(Puts.StateAt(entries[19]), CancellationToken.None));
        Assert.False(await second.SaveSnapshotAsync(Puts.StateAt(entries[19]), CancellationToken.None));
        Assert.False(await second.SaveSnapshotAsync(Puts.StateAt(entries[21]), CancellationToken.None));
        Assert.Equal(["20"], await SavedAsync(options));
        await second.SaveSnapshotAsync(Puts.StateAt(entries[39]), CancellationToken.None);
        Assert.Equal(["20", "40"], await SavedAsync(options));
        await first.SaveSnapshotAsync(Puts.StateAt(entries[30]), CancellationToken.None);
        Assert.Equal(["20", "40"], await SavedAsync(options));
    }

    [RedisFact]
    public async Task While_one_instance_writes_a_snapshot_no_other_begins()
    {
        var options = RedisLogs.Options(Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entry = (await log.AppendAsync(1, 1))[0];
        await Server.AskAsync("SET", KeyOf(options, "snapshot-claim"), "somebody", "PX", "60000");
        Assert.False(await log.SaveSnapshotAsync(Puts.StateAt(entry), CancellationToken.None));
        Assert.Empty(await SavedAsync(options));
        await Server.AskAsync("PEXPIRE", KeyOf(options, "snapshot-claim"), "1");
        await Eventually.HoldsAsync(() => log.SaveSnapshotAsync(Puts.StateAt(entry), CancellationToken.None));
        Assert.Equal(["1"], await SavedAsync(options));
        Assert.Equal(0, (await Server.AskAsync("EXISTS", KeyOf(options, "snapshot-claim"))).Number);
    }

    [RedisFact]
    public async Task A_state_that_the_log_knows_nothing_of_is_not_saved()
    {
        var options = RedisLogs.Options(Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entry = (await log.AppendAsync(1, 1))[0];
        var foreign = Puts.StateAt(entry) with { LastZxid = new Zxid(7) };
        await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.SaveSnapshotAsync(foreign, CancellationToken.None));
        Assert.Empty(await ChunksAsync(options));
        Assert.Empty(await SavedAsync(options));
    }

    [RedisFact]
    public async Task A_generation_that_is_over_neither_saves_nor_trims()
    {
        var options = RedisLogs.Options(Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entries = await log.AppendAsync(1, 3);
        await using var connection = await ConnectAsync(options);
        connection.Generation = connection.Generation with { Nonce = "over" };
        await Assert.ThrowsAsync<LogUnavailableException>(
            () => new RedisSnapshots().SaveAsync(connection, Puts.StateAt(entries[0]), CancellationToken.None));
        Assert.Empty(await SavedAsync(options));
        await log.SaveSnapshotAsync(Puts.StateAt(entries[1]), CancellationToken.None);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[2]), CancellationToken.None);
        await Assert.ThrowsAsync<LogUnavailableException>(
            () => RedisSnapshots.TrimAsync(connection, CancellationToken.None));
        Assert.Equal(3, (await Server.AskAsync("XLEN", KeyOf(options, "log"))).Number);
    }

    [RedisFact]
    public async Task Several_instances_save_trim_and_load_while_entries_come()
    {
        var options = RedisLogs.Options(Server);
        await using var first = await RedisLogs.OpenAsync(options);
        await using var second = await RedisLogs.OpenAsync(options);
        await using var third = await RedisLogs.OpenAsync(options);
        var entries = await first.AppendAsync(1, 1);
        var saving = new[] { first, second }.Select(log => Task.Run(async () =>
        {
            var saved = 0;
            for (var round = 0; round < 15 || saved == 0; round++)
            {
                var entry = await NextAsync(log, log.Head);
                saved += await log.SaveSnapshotAsync(Puts.StateAt(entry), CancellationToken.None) ? 1 : 0;
                await log.TrimAsync(CancellationToken.None);
            }

            return saved;
        })).ToList();
        var loads = 0;
        while (!Task.WhenAll(saving).IsCompleted || loads == 0)
        {
            entries.AddRange(await first.AppendAsync(entries.Count + 1, 10));
            var state = await third.LoadSnapshotAsync([], CancellationToken.None);
            if (state is not null && await IsFollowedAsync(third, state, entries))
            {
                loads++;
            }
        }

        Assert.All(await Task.WhenAll(saving), saved => Assert.True(saved > 0));

        static async Task<LogEntry> NextAsync(RedisTransactionLog log, LogPosition position) =>
            (await log.TakeAsync(position, 1))[0];
    }

    [RedisFact]
    public async Task A_loader_whose_snapshot_is_replaced_takes_the_newest()
    {
        var options = RedisLogs.Options(Server);
        await using var saver = await RedisLogs.OpenAsync(options);
        var entries = await saver.AppendAsync(1, 3);
        await saver.SaveSnapshotAsync(await StateOfAsync(130_000, 0, entries[0]), CancellationToken.None);
        var replaced = 0;
        await using var loader = new RedisTransactionLog(TimeProvider.System, options)
        {
            SnapshotProgress = (_, _) =>
            {
                if (replaced++ == 0)
                {
                    saver.SaveSnapshotAsync(Puts.StateAt(entries[1]), CancellationToken.None).Wait(Puts.Patience);
                    saver.SaveSnapshotAsync(Puts.StateAt(entries[2]), CancellationToken.None).Wait(Puts.Patience);
                }
            },
        };
        await loader.OpenAsync(CancellationToken.None);
        var damaged = new List<string>();
        var state = await loader.LoadSnapshotAsync(damaged, CancellationToken.None);
        Assert.Equal((entries[2].LastZxid, 1), (state!.LastZxid, replaced));
        Assert.Empty(damaged);
    }

    /// <summary>Reads all that comes after a state; false if newer snapshots have replaced it meanwhile.</summary>
    private static async Task<bool> IsFollowedAsync(RedisTransactionLog log, CoordinationState state,
        List<LogEntry> entries)
    {
        var rest = entries.FindAll(entry => entry.LastZxid > state.LastZxid);
        try
        {
            Assert.Equal(Puts.Content(rest), Puts.Content(await log.TakeAsync(LogPosition.Of(state), rest.Count)));
            return true;
        }
        catch (LogTrimmedException)
        {
            return false;
        }
    }

    private static string KeyOf(RedisLogOptions options, string name) => $"{{{options.Prefix}}}:{name}";

    /// <summary>A state with a tree, as it would be after an entry.</summary>
    private static async Task<CoordinationState> StateOfAsync(int nodes, int bytes, LogEntry at)
    {
        await using var log = new InMemoryTransactionLog(TimeProvider.System, 1);
        var machine = new StateMachine(CoordinationState.Initial);
        foreach (var (index, names) in Enumerable.Range(0, nodes).Chunk(10_000).Index())
        {
            var puts = names.Select(name => new Request(new Command.Put($"/n{name}", new byte[bytes])));
            machine.Apply(await log.AppendAsync(index + 1, [.. puts], CancellationToken.None));
        }

        return machine.State with { LastZxid = at.LastZxid, ChainHash = at.ChainHash };
    }

    private async Task<RedisConnection> ConnectAsync(RedisLogOptions options)
    {
        var connection = await RedisConnection.OpenAsync(
            options, new RedisKeys(options.Prefix), Puts.Patience, CancellationToken.None);
        var head = (await Server.AskAsync("HMGET", KeyOf(options, "head"), "id", "nonce", "run-id", "replid")).Texts;
        connection.Generation = new RedisGeneration(head[0], head[1]);
        return connection;
    }

    private async Task<IReadOnlyList<string>> ChunksAsync(RedisLogOptions options) =>
        (await Server.AskAsync("KEYS", KeyOf(options, "snapshot:*"))).Texts;

    /// <summary>The zxids of the snapshots that count, in order.</summary>
    private async Task<IReadOnlyList<string>> SavedAsync(RedisLogOptions options)
    {
        var attempts = (await Server.AskAsync("HKEYS", KeyOf(options, "snapshots"))).Texts;
        return [.. attempts.Select(attempt => attempt.Split(':')[0]).Order(StringComparer.Ordinal)];
    }
}
