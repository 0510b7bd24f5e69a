using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>Several processes' logs on one Redis.</summary>
public sealed class SharedLogTests(RunningRedis redis) : IClassFixture<RunningRedis>
{
    [RedisFact]
    public async Task Three_logs_have_one_order_and_everyone_reads_everything()
    {
        const int each = 100;
        var options = RedisLogs.Options(redis.Server);
        await using var first = await RedisLogs.OpenAsync(options);
        await using var second = await RedisLogs.OpenAsync(options);
        await using var third = await RedisLogs.OpenAsync(options);
        RedisTransactionLog[] logs = [first, second, third];
        var reading = logs.Select(log => log.TakeAsync(LogPosition.Start, each * logs.Length)).ToList();

        var appended = await Task.WhenAll(logs.Select(log => Task.Run(() => log.AppendAsync(1, each))));
        var read = await Task.WhenAll(reading);

        var inOrder = appended.SelectMany(entries => entries).OrderBy(entry => entry.LastZxid).ToList();
        Assert.Equal(Enumerable.Range(1, inOrder.Count), inOrder.Select(entry => (int)entry.LastZxid.Value));
        Assert.All(read, entries => Assert.Equal(Puts.Content(inOrder), Puts.Content(entries)));
        Assert.All(logs, log => Assert.Equal(each, inOrder.Count(log.IsOwn)));
        Assert.All(logs, log => Assert.Equal(inOrder[^1].Position(), log.Head));
    }

    [RedisFact]
    public async Task Several_appends_of_one_log_are_under_way_at_once_and_stay_in_order()
    {
        await using var log = await RedisLogs.OpenAsync(RedisLogs.Options(redis.Server));
        var underWay = Enumerable.Range(1, 50)
            .Select(sequence => log.AppendAsync(sequence, Puts.Batch(2), CancellationToken.None)).ToList();
        var entries = await Task.WhenAll(underWay);
        Assert.Equal(Enumerable.Range(1, 50), entries.Select(entry => (int)entry.Sequence));
        Assert.Equal(Enumerable.Range(1, 50).Select(i => 2L * i), entries.Select(entry => entry.LastZxid.Value));
    }

    [RedisFact]
    public async Task A_look_sees_what_another_log_was_told_is_durable()
    {
        var options = RedisLogs.Options(redis.Server);
        await using var writer = await RedisLogs.OpenAsync(options);
        await using var reader = await RedisLogs.OpenAsync(options);
        for (var i = 1; i <= 50; i++)
        {
            var entry = await writer.AppendAsync(i, Puts.Batch(1), CancellationToken.None);
            Assert.Equal(entry.Position(), await reader.LookAsync(null, CancellationToken.None));
        }
    }

    [RedisFact]
    public async Task The_chain_is_the_same_beyond_what_a_double_holds()
    {
        var start = new LogPosition(Zxid.Create(1_234_567_890, 4_000_000_000), ChainHash.Start);
        var options = RedisLogs.Options(redis.Server);
        await using var log = new RedisTransactionLog(TimeProvider.System, options) { Start = start };
        await log.OpenAsync(CancellationToken.None);
        var entries = new List<LogEntry>();
        for (var i = 1; i <= 20; i++)
        {
            entries.Add(await log.AppendAsync(i, Puts.Batch(3_007), CancellationToken.None));
        }

        Assert.True(entries[0].FirstZxid.Value > 1L << 53);
        await using var other = await RedisLogs.OpenAsync(options);
        Assert.Equal(Puts.Content(entries), Puts.Content(await other.TakeAsync(start, 20)));
    }

    [RedisFact]
    public async Task The_last_epochs_are_told_apart()
    {
        var start = new LogPosition(Zxid.Create(int.MaxValue - 1, uint.MaxValue - 1), ChainHash.Start);
        var options = RedisLogs.Options(redis.Server);
        await using var log = new RedisTransactionLog(TimeProvider.System, options) { Start = start };
        await log.OpenAsync(CancellationToken.None);
        var last = await log.AppendAsync(1, Puts.Batch(1), CancellationToken.None);
        var moved = await log.AppendAsync(2, Puts.Batch(1), CancellationToken.None);
        Assert.Equal(Zxid.Create(int.MaxValue - 1, uint.MaxValue), last.LastZxid);
        Assert.Equal(Zxid.Create(int.MaxValue, 1), moved.LastZxid);
        await using var other = await RedisLogs.OpenAsync(options);
        Assert.Equal(Puts.Content([last, moved]), Puts.Content(await other.TakeAsync(start, 2)));
    }

    [RedisFact]
    public async Task An_entry_whose_hint_was_lost_is_found_all_the_same()
    {
        var options = RedisLogs.Options(redis.Server);
        await using var writer = await RedisLogs.OpenAsync(options);
        await using var reader = new RedisTransactionLog(TimeProvider.System, options) { IsDeaf = true };
        await reader.OpenAsync(CancellationToken.None);
        var reading = reader.TakeAsync(LogPosition.Start, 3);
        for (var i = 1; i <= 3; i++)
        {
            await writer.AppendAsync(i, Puts.Batch(1), CancellationToken.None);
            await Task.Delay(300);
        }

        Assert.Equal(3, (await reading).Count);
    }

    [RedisFact]
    public async Task A_hint_brings_an_entry_long_before_the_next_look()
    {
        var options = RedisLogs.Options(redis.Server);
        await using var writer = await RedisLogs.OpenAsync(options);
        await using var reader = await RedisLogs.OpenAsync(options with { LookInterval = TimeSpan.FromHours(1) });
        for (var i = 1; i <= 3; i++)
        {
            var entry = await writer.AppendAsync(i, Puts.Batch(1), CancellationToken.None);
            await Eventually.HoldsAsync(() => Task.FromResult(reader.Head == entry.Position()));
        }
    }

    [RedisFact]
    public async Task Appenders_that_ended_long_ago_are_forgotten()
    {
        var start = new LogPosition(Zxid.Create(3, 100), ChainHash.Start);
        var options = RedisLogs.Options(redis.Server);
        await using var first = new RedisTransactionLog(TimeProvider.System, options) { Start = start };
        await first.OpenAsync(CancellationToken.None);
        var entry = (await first.AppendAsync(1, 1))[0];
        var key = new RedisKeys(options.Prefix).Appenders.ToString();
        for (var i = 0; i < 300; i++)
        {
            await redis.Server.AskAsync("HSET", key, $"old-{i}", "7 3-99");
        }

        await using var second = await RedisLogs.OpenAsync(options);
        Assert.Equal(2, (await redis.Server.AskAsync("HLEN", key)).Number);

        // Who appended after the floor may still have to be settled.
        Assert.Equal(entry.LastZxid.Value + 1, (await first.AppendAsync(2, 1))[0].LastZxid.Value);
    }

    [RedisFact]
    public async Task Whoever_goes_by_what_is_not_in_the_log_appends_nothing_and_those_behind_it_neither()
    {
        var options = RedisLogs.Options(redis.Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entries = await log.AppendAsync(1, 3);
        var gone = new LogPosition(entries[1].LastZxid, entries[0].ChainHash);
        var apart = log.AppendAsync(4, Puts.Batch(1), gone, CancellationToken.None);
        await Assert.ThrowsAsync<LogRegressedException>(() => apart);
        var from = entries[1].Position();
        var after = await log.AppendAsync(5, Puts.Batch(1), from, CancellationToken.None);
        Assert.Equal(entries[2].LastZxid.Value + 1, after.LastZxid.Value);
        Assert.Equal(entries[0].Incarnation, after.Incarnation);
    }

    [RedisFact]
    public async Task Two_services_on_one_Redis_do_not_see_each_other()
    {
        await using var one = await RedisLogs.OpenAsync(RedisLogs.Options(redis.Server));
        await using var other = await RedisLogs.OpenAsync(RedisLogs.Options(redis.Server));
        await one.AppendAsync(1, 3);
        Assert.Equal(LogPosition.Start, await other.LookAsync(null, CancellationToken.None));
        Assert.Equal(1, (await other.AppendAsync(1, 1))[0].LastZxid.Value);
    }

    [RedisFact]
    public async Task What_is_not_the_log_s_own_is_never_taken_for_it()
    {
        var options = RedisLogs.Options(redis.Server);
        await using (var log = await RedisLogs.OpenAsync(options))
        {
            await log.AppendAsync(1, 1);
        }

        await redis.Server.AskAsync("HSET", $"{{{options.Prefix}}}:head", "format", "2");
        var newer = await Assert.ThrowsAsync<LogTooNewException>(() => RedisLogs.OpenAsync(options));
        Assert.Contains("Upgrade first", newer.Message, StringComparison.Ordinal);
        await redis.Server.AskAsync("DEL", $"{{{options.Prefix}}}:head");
        var beheaded = await Assert.ThrowsAsync<LogRefusedException>(() => RedisLogs.OpenAsync(options));
        Assert.Contains("damaged", beheaded.Message, StringComparison.Ordinal);
    }

    [RedisFact]
    public async Task No_log_is_begun_where_that_is_not_wanted()
    {
        var options = RedisLogs.Options(redis.Server) with { CreateLog = false };
        var refusal = await Assert.ThrowsAsync<LogRefusedException>(() => RedisLogs.OpenAsync(options));
        Assert.Contains("CreateLog", refusal.Message, StringComparison.Ordinal);
        Assert.Empty((await redis.Server.AskAsync("KEYS", $"{{{options.Prefix}}}*")).Items);
    }
}
