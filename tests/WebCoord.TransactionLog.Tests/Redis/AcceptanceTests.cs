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
            Configuration = proxy.Endpoint, Timeout = TimeSpan.FromSeconds(2),
        };
        await using var log = await RedisLogs.OpenAsync(options);
        var entry = (await log.AppendAsync(1, 1))[0];
        await LoseAsync(options, log);
        var silence = await Assert.ThrowsAsync<LogUnavailableException>(() => log.AcceptLossAsync(
            LossAcceptance.KeepState, Puts.StateAt(entry), CancellationToken.None));
        Assert.False(silence.OutcomeKnown);
    }

    [RedisFact]
    public async Task With_no_log_to_keep_the_other_choice_is_named_and_the_loss_stays_one()
    {
        var options = RedisLogs.Options(Server) with { Timeout = TimeSpan.FromSeconds(3) };
        await using var log = await RedisLogs.OpenAsync(options);
        var entry = (await log.AppendAsync(1, 1))[0];
        await LoseAsync(options, log);
        var refusal = await Assert.ThrowsAsync<LogRefusedException>(() => log.AcceptLossAsync(
            LossAcceptance.KeepLog, Puts.StateAt(entry), CancellationToken.None));
        Assert.Contains("keep the state", refusal.Message, StringComparison.Ordinal);
        var loss = await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.AppendAsync(2, Puts.Batch(1), CancellationToken.None));
        Assert.True(loss.IsLost);
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
        await LostAsync(log);

        await log.AcceptLossAsync(LossAcceptance.KeepLog, Puts.StateAt(entry), CancellationToken.None);
        await RedisLogs.AnswersAsync(newcomer);
        var after = (await newcomer.AppendAsync(3, 1))[0];
        Assert.True(after.LastZxid.Epoch > 500, after.LastZxid.ToString());
        Assert.Equal(Puts.Content([after]), Puts.Content(await log.TakeAsync(foreign[1].Position(), 1)));
    }

    private async Task LoseAsync(RedisLogOptions options, RedisTransactionLog log)
    {
        var keys = (await Server.AskAsync("KEYS", $"{{{options.Prefix}}}:*")).Texts;
        await Server.AskAsync(["DEL", .. keys]);
        await LostAsync(log);
    }

    private static Task LostAsync(RedisTransactionLog log) => Eventually.HoldsAsync(async () =>
    {
        try
        {
            await log.LookAsync(null, CancellationToken.None);
            return false;
        }
        catch (LogUnavailableException failure)
        {
            return failure.IsLost;
        }
    });
}
