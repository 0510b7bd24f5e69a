using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

public sealed class RedisTransactionLogTests(RunningRedis redis) : TransactionLogContract, IClassFixture<RunningRedis>
{
    public static string? WhySkipped => RedisServer.WhyMissing;

    protected override ITransactionLog Make(LogPosition start) =>
        new RedisTransactionLog(TimeProvider.System, RedisLogs.Options(redis.Server)) { Start = start };
}
