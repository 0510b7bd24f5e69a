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
        await EmptyAsync(options);
        await IsLostAsync(log);
        var append = await RefusalAsync(log, 4);
        Assert.Equal((true, true), (append.IsLost, append.OutcomeKnown));
        Assert.False(next.IsCompleted);
        Assert.Empty(await KeysAsync(options));

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
        await IsLostAsync(log);
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
        await EmptyAsync(options);
        await IsLostAsync(keeper);
        await IsLostAsync(equal);

        await AcceptAsync(keeper, LossAcceptance.KeepState, entries[3]);
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
        await EmptyAsync(options);
        await IsLostAsync(keeper);
        await AcceptAsync(keeper, LossAcceptance.KeepState, entries[1]);
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
        await EmptyAsync(options);
        await IsLostAsync(log);
        await using var newcomer = await RedisLogs.OpenAsync(options);
        var foreign = await newcomer.AppendAsync(1, 5);
        await IsLostAsync(log, "another log");
        await Assert.ThrowsAsync<LogRefusedException>(
            () => AcceptAsync(log, LossAcceptance.KeepState, entries[1]));
        await IsLostAsync(log);

        await AcceptAsync(log, LossAcceptance.KeepLog, entries[1]);
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
        await IsLostAsync(keeper);
        var loss = await RefusalAsync(keeper, 3);
        var refusal = await Assert.ThrowsAsync<LogRefusedException>(
            () => AcceptAsync(keeper, LossAcceptance.KeepState, entries[1]));
        var tag = $"{{{options.Prefix}}}:";
        string[] named = [tag + "head", tag + "log", tag + "appenders", tag + "snapshots"];
        Assert.All(named, key => Assert.Contains(key, loss.Message, StringComparison.Ordinal));
        Assert.All(named, key => Assert.Contains(key, refusal.Message, StringComparison.Ordinal));

        await redis.Server.AskAsync(["DEL", .. named]);
        await AcceptAsync(keeper, LossAcceptance.KeepState, entries[1]);
        Assert.True((await keeper.AppendAsync(4, 1))[0].LastZxid > entries[1].LastZxid);
    }

    [RedisFact]
    public async Task An_old_copy_of_the_log_is_a_loss_and_the_newer_state_is_kept()
    {
        var (options, log, entries) = await BeginAsync(2);
        await CopyAsync(options, "", "copy-");
        entries.AddRange(await log.AppendAsync(3, 4));
        await log.SaveSnapshotAsync(Puts.StateAt(entries[2]), CancellationToken.None);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[4]), CancellationToken.None);
        await log.TrimAsync(CancellationToken.None);
        await log.DisposeAsync();
        await using var late = await RedisLogs.OpenAsync(options);
        using var stop = new CancellationTokenSource();
        var waiting = late.ReadAsync(entries[5].Position(), stop.Token).GetAsyncEnumerator(CancellationToken.None);
        var next = waiting.MoveNextAsync().AsTask();

        await CopyAsync(options, "copy-", "");
        await IsLostAsync(late);
        Assert.False(next.IsCompleted);
        Assert.Equal(0, late.Regressions);

        await AcceptAsync(late, LossAcceptance.KeepLog, entries[5]);
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

        await EmptyAsync(options);
        await IsLostAsync(log);
        await Assert.ThrowsAsync<LogRefusedException>(
            () => AcceptAsync(log, LossAcceptance.KeepLog, entries[0]));
        Assert.Empty(await KeysAsync(options));
        await IsLostAsync(log);
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

    /// <summary>Waits until the log is told as lost, for that reason.</summary>
    private static Task IsLostAsync(RedisTransactionLog log, string why = "") => Eventually.HoldsAsync(async () =>
    {
        try
        {
            await log.LookAsync(null, CancellationToken.None);
            return false;
        }
        catch (LogUnavailableException failure)
        {
            return failure.IsLost && failure.Message.Contains(why, StringComparison.Ordinal);
        }
    });

    /// <summary>Appends to a log that is lost. It looks for the log again and again, and may not reach Redis once: then
    /// it does not say that anything is lost.</summary>
    private static async Task<LogUnavailableException> RefusalAsync(RedisTransactionLog log, long sequence)
    {
        while (true)
        {
            var refusal = await Assert.ThrowsAsync<LogUnavailableException>(
                () => log.AppendAsync(sequence, Puts.Batch(1), CancellationToken.None));
            if (refusal.IsLost)
            {
                return refusal;
            }

            await IsLostAsync(log);
        }
    }

    /// <summary>Accepts the loss, again if the log could not reach Redis just then.</summary>
    private static async Task AcceptAsync(RedisTransactionLog log, LossAcceptance acceptance, LogEntry last)
    {
        while (true)
        {
            try
            {
                await log.AcceptLossAsync(acceptance, Puts.StateAt(last), CancellationToken.None);
                return;
            }
            catch (LogUnavailableException failure) when (!failure.IsLost && failure.OutcomeKnown)
            {
                await IsLostAsync(log);
            }
        }
    }

    private async Task<IReadOnlyList<string>> KeysAsync(RedisLogOptions options) =>
        (await redis.Server.AskAsync("KEYS", $"{{{options.Prefix}}}:*")).Texts;

    /// <summary>As FLUSHALL, but leaves the logs of other tests alone.</summary>
    private async Task EmptyAsync(RedisLogOptions options) =>
        await redis.Server.AskAsync(["DEL", .. await KeysAsync(options)]);

    private async Task CopyAsync(RedisLogOptions options, string from, string to)
    {
        var tag = $"{{{options.Prefix}}}:";
        using var connection = await redis.Server.ConnectAsync();
        await connection.AskAsync("MULTI");
        await connection.AskAsync("COPY", $"{tag}{from}head", $"{tag}{to}head", "REPLACE");
        await connection.AskAsync("COPY", $"{tag}{from}log", $"{tag}{to}log", "REPLACE");
        await connection.AskAsync("EXEC");
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
