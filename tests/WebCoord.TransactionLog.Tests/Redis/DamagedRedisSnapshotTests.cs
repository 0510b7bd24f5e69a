using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>Snapshots that are not what was written, and logs that are trimmed.</summary>
public sealed class DamagedRedisSnapshotTests(RunningRedis redis) : IClassFixture<RunningRedis>
{
    private RedisServer Server => redis.Server;

    [RedisFact]
    public async Task A_damaged_newest_snapshot_is_passed_over_named_and_counts_no_more()
    {
        var (options, entries) = await WithTwoSnapshotsAsync();
        await DamageAsync(options, 8);
        await using var log = await RedisLogs.OpenAsync(options);
        var damaged = new List<string>();
        var state = await log.LoadSnapshotAsync(damaged, CancellationToken.None);
        Assert.Equal(entries[3].LastZxid, state!.LastZxid);
        Assert.Contains("snapshot 8:", Assert.Single(damaged), StringComparison.Ordinal);
        Assert.Equal(1, (await Server.AskAsync("HLEN", KeyOf(options, "snapshots"))).Number);
        Assert.InRange((await Server.AskAsync("PTTL", await ChunkAsync(options, 8))).Number, 1, 86_400_000);
        Assert.Equal(Puts.Content(entries[4..]), Puts.Content(await log.TakeAsync(entries[3].Position(), 6)));
    }

    [RedisFact]
    public async Task A_chunk_that_is_missing_is_named()
    {
        var (options, _) = await WithTwoSnapshotsAsync();
        await Server.AskAsync("DEL", await ChunkAsync(options, 8));
        await using var log = await RedisLogs.OpenAsync(options);
        var damaged = new List<string>();
        Assert.Equal(4, (await log.LoadSnapshotAsync(damaged, CancellationToken.None))!.LastZxid.Value);
        Assert.Contains("chunk 1 of 1", Assert.Single(damaged), StringComparison.Ordinal);
    }

    [RedisFact]
    public async Task A_manifest_that_cannot_be_read_is_a_damaged_snapshot()
    {
        var (options, _) = await WithTwoSnapshotsAsync();
        var attempts = (await Server.AskAsync("HKEYS", KeyOf(options, "snapshots"))).Texts;
        var newest = attempts.Single(attempt => attempt.StartsWith("8:", StringComparison.Ordinal));
        await Server.AskAsync("HSET", KeyOf(options, "snapshots"), newest, "nonsense");
        await using var log = await RedisLogs.OpenAsync(options);
        Assert.Equal(4, (await log.LoadSnapshotAsync([], CancellationToken.None))!.LastZxid.Value);
    }

    [RedisFact]
    public async Task With_no_whole_snapshot_a_trimmed_log_is_refused_and_nothing_touched()
    {
        var (options, _) = await WithTwoSnapshotsAsync();
        await DamageAsync(options, 4);
        await DamageAsync(options, 8);
        var before = await Server.AskAsync("HGETALL", KeyOf(options, "snapshots"));
        await using var log = await RedisLogs.OpenAsync(options);
        var refusal = await Assert.ThrowsAsync<LogRefusedException>(
            () => log.LoadSnapshotAsync([], CancellationToken.None));
        Assert.Contains("snapshot 4:", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("snapshot 8:", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("backup", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before.Texts, (await Server.AskAsync("HGETALL", KeyOf(options, "snapshots"))).Texts);
    }

    [RedisFact]
    public async Task A_trimmed_log_without_its_snapshots_is_refused()
    {
        var (options, _) = await WithTwoSnapshotsAsync();
        await Server.AskAsync("DEL", KeyOf(options, "snapshots"));
        await using var log = await RedisLogs.OpenAsync(options);
        await Assert.ThrowsAsync<LogRefusedException>(() => log.LoadSnapshotAsync([], CancellationToken.None));
    }

    [RedisFact]
    public async Task A_log_that_has_everything_needs_no_snapshot_that_is_whole()
    {
        var options = RedisLogs.Options(Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entries = await log.AppendAsync(1, 3);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[1]), CancellationToken.None);
        await DamageAsync(options, 2);
        var damaged = new List<string>();
        Assert.Null(await log.LoadSnapshotAsync(damaged, CancellationToken.None));
        Assert.Single(damaged);
        Assert.Equal(Puts.Content(entries), Puts.Content(await log.TakeAsync(LogPosition.Start, 3)));
    }

    [RedisFact]
    public async Task Trimming_raises_the_floor_first_and_goes_in_steps()
    {
        var options = RedisLogs.Options(Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entries = await log.AppendAsync(1, 350);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[329]), CancellationToken.None);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[339]), CancellationToken.None);
        await using var connection = await RedisConnection.OpenAsync(
            options, new RedisKeys(options.Prefix), Puts.Patience, CancellationToken.None);
        var nonce = (await Server.AskAsync("HGET", KeyOf(options, "head"), "nonce")).Text;
        Assert.Equal("MORE", await StepAsync());
        Assert.Equal("330", (await Server.AskAsync("HGET", KeyOf(options, "head"), "floor-counter")).Text);
        Assert.InRange((await Server.AskAsync("XLEN", KeyOf(options, "log"))).Number, 30, 349);
        await using var reader = await RedisLogs.OpenAsync(options);
        await Assert.ThrowsAsync<LogTrimmedException>(() => reader.TakeAsync(entries[328].Position(), 1));
        var steps = 1;
        while (await StepAsync() == "MORE")
        {
            steps++;
        }

        Assert.InRange(steps, 3, 20);
        Assert.Equal(20, (await Server.AskAsync("XLEN", KeyOf(options, "log"))).Number);
        Assert.Equal(Puts.Content(entries[330..]), Puts.Content(await reader.TakeAsync(entries[329].Position(), 20)));

        async Task<string> StepAsync() => ((string[])(await connection.RunAsync(
            new RedisScript("trim", "snapshots"), [nonce, 100], CancellationToken.None))!)[0];
    }

    [RedisFact]
    public async Task All_keys_are_under_one_hash_tag()
    {
        await using var server = await RedisServer.StartAsync();
        var options = RedisLogs.Options(server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entries = await log.AppendAsync(1, 10);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[3]), CancellationToken.None);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[7]), CancellationToken.None);
        await log.TrimAsync(CancellationToken.None);
        var keys = (await server.AskAsync("KEYS", "*")).Texts;
        Assert.Equal(6, keys.Count);
        Assert.All(keys, key => Assert.StartsWith($"{{{options.Prefix}}}:", key, StringComparison.Ordinal));
    }

    private static string KeyOf(RedisLogOptions options, string name) => $"{{{options.Prefix}}}:{name}";

    private async Task<string> ChunkAsync(RedisLogOptions options, int zxid) =>
        Assert.Single((await Server.AskAsync("KEYS", KeyOf(options, $"snapshot:{zxid}:*"))).Texts);

    private async Task DamageAsync(RedisLogOptions options, int zxid) =>
        await Server.AskAsync("SETRANGE", await ChunkAsync(options, zxid), "40", "damage");

    /// <summary>Ten entries, snapshots at zxids 4 and 8, trimmed.</summary>
    private async Task<(RedisLogOptions Options, List<Core.LogEntry> Entries)> WithTwoSnapshotsAsync()
    {
        var options = RedisLogs.Options(Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entries = await log.AppendAsync(1, 10);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[3]), CancellationToken.None);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[7]), CancellationToken.None);
        await log.TrimAsync(CancellationToken.None);
        return (options, entries);
    }
}
