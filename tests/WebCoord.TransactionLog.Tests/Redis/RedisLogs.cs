using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>Logs for tests.</summary>
internal static class RedisLogs
{
    /// <summary>How to use a server, with a prefix that nobody else has.</summary>
    public static RedisLogOptions Options(RedisServer server) =>
        new(server.Configuration, $"test-{Guid.NewGuid():N}", TimeSpan.FromSeconds(10), false, true);

    public static async Task<RedisTransactionLog> OpenAsync(RedisLogOptions options)
    {
        var log = new RedisTransactionLog(TimeProvider.System, options);
        await log.OpenAsync(CancellationToken.None);
        return log;
    }

    /// <summary>Waits until a log is in contact again.</summary>
    public static Task AnswersAsync(RedisTransactionLog log) => Eventually.HoldsAsync(async () =>
    {
        try
        {
            await log.LookAsync(null, CancellationToken.None);
            return true;
        }
        catch (LogUnavailableException)
        {
            return false;
        }
    });
}
