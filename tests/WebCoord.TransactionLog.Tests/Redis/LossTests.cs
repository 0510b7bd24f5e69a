using WebCoord.Core;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>A Redis that was emptied or replaced is not taken for the log, and nothing goes on until a person decides
/// how.</summary>
public sealed class LossTests(RunningRedis redis) : IClassFixture<RunningRedis>
{
    [RedisFact]
    public async Task An_emptied_Redis_is_told_as_a_loss_and_nothing_is_written_to_it()
    {
        var (options, log, entries) = await BeginAsync(3);
        await using var _ = log;
        using var stop = new CancellationTokenSource();
        var waiting = log.ReadAsync(entries[2].Position(), stop.Token).GetAsyncEnumerator(CancellationToken.None);
        var next = waiting.MoveNextAsync().AsTask();
        await LostLogs.EmptyAsync(redis.Server, options);
        await LostLogs.IsLostAsync(log);
        var append = await LostLogs.RefusalAsync(log, 4);
        Assert.Equal((true, true), (append.IsLost, append.OutcomeKnown));
        Assert.False(next.IsCompleted);
        Assert.Empty(await LostLogs.KeysAsync(redis.Server, options));

        // Those who never knew the log may be told not to begin one.
        await Assert.ThrowsAsync<LogRefusedException>(() => RedisLogs.OpenAsync(options with { CreateLog = false }));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [RedisFact]
    public async Task A_log_that_comes_back_is_used_again_without_anybody_s_doing()
    {
        var (options, log, entries) = await BeginAsync(2);
        await using var _ = log;
        await MoveAsync(options, "", "away-");
        await LostLogs.IsLostAsync(log);
        await MoveAsync(options, "away-", "");
        await RedisLogs.AnswersAsync(log);
        var after = (await log.AppendAsync(3, 1))[0];
        Assert.Equal(Puts.Content([.. entries, after]), Puts.Content(await log.TakeAsync(LogPosition.Start, 3)));
        Assert.Equal(0, log.Regressions);
    }

    [RedisFact]
    public async Task A_kept_state_is_where_a_lost_log_goes_on_for_everyone_who_knew_it()
    {
        var (options, keeper, entries) = await BeginAsync(4);
        await using var _ = keeper;
        await using var equal = await RedisLogs.OpenAsync(options);
        await LostLogs.EmptyAsync(redis.Server, options);
        await LostLogs.IsLostAsync(keeper);
        await LostLogs.IsLostAsync(equal);

        await LostLogs.AcceptAsync(keeper, LossAcceptance.KeepState, entries[3]);
        await RedisLogs.AnswersAsync(equal);
        var state = await equal.LoadSnapshotAsync([], CancellationToken.None);
        Assert.Equal(entries[3].Position(), new LogPosition(state!.LastZxid, state.ChainHash));
        var after = (await keeper.AppendAsync(5, 1))[0];
        Assert.True(after.LastZxid.Epoch > entries[3].LastZxid.Epoch);
        var read = await equal.TakeAsync(entries[3].Position(), 1);
        Assert.Equal(Puts.Content([after]), Puts.Content(read));
        await Assert.ThrowsAsync<LogTrimmedException>(async () =>
        {
            await using var late = await RedisLogs.OpenAsync(options);
            await late.TakeAsync(entries[1].Position(), 1);
        });
        Assert.Equal(0, equal.Regressions + keeper.Regressions);
    }

    [RedisFact]
    public async Task Whoever_had_seen_more_than_the_state_that_is_kept_learns_of_a_regression()
    {
        var (options, keeper, entries) = await BeginAsync(4);
        await using var _ = keeper;
        await using var ahead = await RedisLogs.OpenAsync(options);
        var waiting = ahead.TakeAsync(entries[3].Position(), 1);
        await LostLogs.EmptyAsync(redis.Server, options);
        await LostLogs.IsLostAsync(keeper);
        await LostLogs.AcceptAsync(keeper, LossAcceptance.KeepState, entries[1]);
        await Assert.ThrowsAsync<LogRegressedException>(() => waiting);
        await RedisLogs.AnswersAsync(keeper);
        Assert.True((await keeper.AppendAsync(5, 1))[0].LastZxid.Epoch > 0);
    }

    [RedisFact]
    public async Task Another_log_is_taken_only_when_that_is_what_was_accepted()
    {
        var (options, log, entries) = await BeginAsync(2);
        await using var _ = log;
        var waiting = log.TakeAsync(entries[1].Position(), 1);
        await LostLogs.EmptyAsync(redis.Server, options);
        await LostLogs.IsLostAsync(log);
        await using var newcomer = await RedisLogs.OpenAsync(options);
        var foreign = await newcomer.AppendAsync(1, 5);
        await LostLogs.IsLostAsync(log, "another log");
        await Assert.ThrowsAsync<LogRefusedException>(
            () => LostLogs.AcceptAsync(log, LossAcceptance.KeepState, entries[1]));
        await LostLogs.IsLostAsync(log);

        await LostLogs.AcceptAsync(log, LossAcceptance.KeepLog, entries[1]);
        await Assert.ThrowsAsync<LogRegressedException>(() => waiting);
        Assert.Equal(Puts.Content(foreign), Puts.Content(await log.TakeAsync(LogPosition.Start, 5)));
        var after = (await log.AppendAsync(3, 1))[0];
        Assert.Equal(Puts.Content([after]), Puts.Content(await newcomer.TakeAsync(foreign[4].Position(), 1)));
    }

    [RedisFact]
    public async Task The_remains_of_a_damaged_log_are_named_and_once_they_are_away_a_kept_state_goes_on()
    {
        var (options, keeper, entries) = await BeginAsync(2);
        await using var _ = keeper;
        await redis.Server.AskAsync("DEL", $"{{{options.Prefix}}}:head");
        await LostLogs.IsLostAsync(keeper);
        var loss = await LostLogs.RefusalAsync(keeper, 3);
        var refusal = await Assert.ThrowsAsync<LogRefusedException>(
            () => LostLogs.AcceptAsync(keeper, LossAcceptance.KeepState, entries[1]));
        var tag = $"{{{options.Prefix}}}:";
        string[] named = [tag + "head", tag + "log", tag + "appenders", tag + "snapshots"];
        Assert.All(named, key => Assert.Contains(key, loss.Message, StringComparison.Ordinal));
        Assert.All(named, key => Assert.Contains(key, refusal.Message, StringComparison.Ordinal));

        await redis.Server.AskAsync(["DEL", .. named]);
        await LostLogs.AcceptAsync(keeper, LossAcceptance.KeepState, entries[1]);
        Assert.True((await keeper.AppendAsync(4, 1))[0].LastZxid > entries[1].LastZxid);
    }

    [RedisFact]
    public async Task An_old_copy_of_the_log_is_a_loss_and_the_newer_state_is_kept()
    {
        var (options, log, entries) = await BeginAsync(2);
        await LostLogs.CopyAsync(redis.Server, options, "", "copy-");
        entries.AddRange(await log.AppendAsync(3, 4));
        await log.SaveSnapshotAsync(Puts.StateAt(entries[2]), CancellationToken.None);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[4]), CancellationToken.None);
        await log.TrimAsync(CancellationToken.None);
        await log.DisposeAsync();
        await using var late = await RedisLogs.OpenAsync(options);
        using var stop = new CancellationTokenSource();
        var waiting = late.ReadAsync(entries[5].Position(), stop.Token).GetAsyncEnumerator(CancellationToken.None);
        var next = waiting.MoveNextAsync().AsTask();

        await LostLogs.CopyAsync(redis.Server, options, "copy-", "");
        await LostLogs.IsLostAsync(late);
        Assert.False(next.IsCompleted);
        Assert.Equal(0, late.Regressions);

        await LostLogs.AcceptAsync(late, LossAcceptance.KeepLog, entries[5]);
        await Assert.ThrowsAsync<LogRegressedException>(() => next);
        Assert.Equal(Puts.Content(entries[..2]), Puts.Content(await late.TakeAsync(LogPosition.Start, 2)));
    }

    [RedisFact]
    public async Task What_is_not_so_cannot_be_accepted()
    {
        var (options, log, entries) = await BeginAsync(1);
        await using var _ = log;
        foreach (var acceptance in Enum.GetValues<LossAcceptance>())
        {
            var refusal = await Assert.ThrowsAsync<LogRefusedException>(
                () => log.AcceptLossAsync(acceptance, Puts.StateAt(entries[0]), CancellationToken.None));
            Assert.Contains("not lost", refusal.Message, StringComparison.Ordinal);
        }

        await LostLogs.EmptyAsync(redis.Server, options);
        await LostLogs.IsLostAsync(log);
        await Assert.ThrowsAsync<LogRefusedException>(
            () => LostLogs.AcceptAsync(log, LossAcceptance.KeepLog, entries[0]));
        Assert.Empty(await LostLogs.KeysAsync(redis.Server, options));
        await LostLogs.IsLostAsync(log);
    }

    [RedisFact]
    public async Task A_reader_that_slept_past_the_floor_is_told_to_load_a_snapshot()
    {
        var (options, log, entries) = await BeginAsync(6);
        await using var _ = log;
        await log.SaveSnapshotAsync(Puts.StateAt(entries[2]), CancellationToken.None);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[4]), CancellationToken.None);
        await log.TrimAsync(CancellationToken.None);
        await using var late = await RedisLogs.OpenAsync(options);
        await Assert.ThrowsAsync<LogTrimmedException>(() => late.TakeAsync(entries[1].Position(), 1));
        Assert.Equal(Puts.Content(entries[3..]), Puts.Content(await late.TakeAsync(entries[2].Position(), 3)));
        Assert.Equal(0, late.Regressions);
    }

    private async Task<(RedisLogOptions Options, RedisTransactionLog Log, List<LogEntry> Entries)> BeginAsync(int count)
    {
        var options = RedisLogs.Options(redis.Server) with { Timeout = TimeSpan.FromSeconds(3) };
        var log = await RedisLogs.OpenAsync(options);
        return (options, log, await log.AppendAsync(1, count));
    }

    private async Task MoveAsync(RedisLogOptions options, string from, string to)
    {
        var tag = $"{{{options.Prefix}}}:";
        using var connection = await redis.Server.ConnectAsync();
        await connection.AskAsync("MULTI");
        foreach (var name in new[] { "head", "log", "appenders" })
        {
            await connection.AskAsync("RENAME", tag + from + name, tag + to + name);
        }

        await connection.AskAsync("EXEC");
    }
}
