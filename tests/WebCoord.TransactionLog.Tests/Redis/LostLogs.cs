using WebCoord.Core;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>Makes logs be lost, and deals with those that are.</summary>
internal static class LostLogs
{
    /// <summary>Waits until the log is told as lost, for that reason.</summary>
    public static Task IsLostAsync(RedisTransactionLog log, string why = "") => Eventually.HoldsAsync(async () =>
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
    public static async Task<LogUnavailableException> RefusalAsync(RedisTransactionLog log, long sequence)
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
    public static async Task AcceptAsync(RedisTransactionLog log, LossAcceptance acceptance, LogEntry last)
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

    public static async Task<IReadOnlyList<string>> KeysAsync(RedisServer server, RedisLogOptions options) =>
        (await server.AskAsync("KEYS", $"{{{options.Prefix}}}:*")).Texts;

    /// <summary>As FLUSHALL, but leaves the logs of other tests alone.</summary>
    public static async Task EmptyAsync(RedisServer server, RedisLogOptions options) =>
        await server.AskAsync(["DEL", .. await KeysAsync(server, options)]);

    /// <summary>Copies head and entries, in one step, from and to keys with something before their names.</summary>
    public static async Task CopyAsync(RedisServer server, RedisLogOptions options, string from, string to)
    {
        var tag = $"{{{options.Prefix}}}:";
        using var connection = await server.ConnectAsync();
        await connection.AskAsync("MULTI");
        await connection.AskAsync("COPY", $"{tag}{from}head", $"{tag}{to}head", "REPLACE");
        await connection.AskAsync("COPY", $"{tag}{from}log", $"{tag}{to}log", "REPLACE");
        await connection.AskAsync("EXEC");
    }
}
