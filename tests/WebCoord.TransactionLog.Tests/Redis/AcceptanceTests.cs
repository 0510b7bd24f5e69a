using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>What is told of the acceptance of a loss, and what follows from it for zxids that were given out.</summary>
public sealed class AcceptanceTests(RunningRedis redis) : IClassFixture<RunningRedis>
{
    /// <summary>In the text of the script that begins a lost log anew, and in no other.</summary>
    private const string Restoring = "Begins a lost log anew";

    private RedisServer Server => redis.Server;

    [RedisFact]
    public async Task A_decision_whose_answer_did_not_come_is_not_told_as_not_done()
    {
        await using var proxy = new TcpProxy(Server.Port) { MutingText = Restoring };
        var options = RedisLogs.Options(Server) with
        {
            Configuration = proxy.Endpoint,
            Timeout = TimeSpan.FromSeconds(2),
        };
        await using var log = await RedisLogs.OpenAsync(options);
        var entry = (await log.AppendAsync(1, 1))[0];
        await LoseAsync(options, log);
        var silence = await Assert.ThrowsAsync<LogUnavailableException>(() => LostLogs.AcceptAsync(
            log, LossAcceptance.KeepState, entry));
        Assert.False(silence.OutcomeKnown);
    }

    [RedisFact]
    public async Task With_no_log_to_keep_the_other_choice_is_named_and_the_loss_stays_one()
    {
        var options = RedisLogs.Options(Server) with { Timeout = TimeSpan.FromSeconds(3) };
        await using var log = await RedisLogs.OpenAsync(options);
        var entry = (await log.AppendAsync(1, 1))[0];
        await LoseAsync(options, log);
        var refusal = await Assert.ThrowsAsync<LogRefusedException>(() => LostLogs.AcceptAsync(
            log, LossAcceptance.KeepLog, entry));
        Assert.Contains("keep the state", refusal.Message, StringComparison.Ordinal);
        Assert.True((await LostLogs.RefusalAsync(log, 2)).IsLost);

        // Whoever does so at once is not told of the refusal once more.
        await LostLogs.AcceptAsync(log, LossAcceptance.KeepState, entry);
        Assert.True((await log.AppendAsync(3, 1))[0].LastZxid > entry.LastZxid);
    }

    [RedisFact]
    public async Task A_log_that_is_taken_for_another_begins_an_epoch_that_neither_has_used()
    {
        var options = RedisLogs.Options(Server) with { Timeout = TimeSpan.FromSeconds(3) };
        await using var log = new RedisTransactionLog(TimeProvider.System, options)
        {
            Start = new LogPosition(Zxid.Create(500, 7), ChainHash.Start),
        };
        await log.OpenAsync(CancellationToken.None);
        var entry = (await log.AppendAsync(1, 1))[0];
        await LoseAsync(options, log);
        await using var newcomer = await RedisLogs.OpenAsync(options);
        var foreign = await newcomer.AppendAsync(1, 2);
        Assert.Equal(0, foreign[1].LastZxid.Epoch);
        await LostLogs.IsLostAsync(log);

        await LostLogs.AcceptAsync(log, LossAcceptance.KeepLog, entry);
        await RedisLogs.AnswersAsync(newcomer);
        var after = (await newcomer.AppendAsync(3, 1))[0];
        Assert.True(after.LastZxid.Epoch > 500, after.LastZxid.ToString());
        Assert.Equal(Puts.Content([after]), Puts.Content(await log.TakeAsync(foreign[1].Position(), 1)));
    }

    private async Task LoseAsync(RedisLogOptions options, RedisTransactionLog log)
    {
        await LostLogs.EmptyAsync(Server, options);
        await LostLogs.IsLostAsync(log);
    }
}
