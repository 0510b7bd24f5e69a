using WebCoord.Core;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>How old a log may be that comes back and is still taken for one that merely lost its end.</summary>
public sealed class OldCopyTests(RunningRedis redis) : IClassFixture<RunningRedis>
{
    [RedisFact]
    public async Task A_log_that_lacks_what_was_its_end_many_minutes_ago_is_lost()
    {
        var (clock, options) = (new ShiftedClock(), RedisLogs.Options(redis.Server));
        await using var log = new RedisTransactionLog(clock, options) { Observer = clock };
        await log.OpenAsync(CancellationToken.None);
        await log.AppendAsync(1, 1);
        await LostLogs.CopyAsync(redis.Server, options, "", "copy-");

        // More than is kept in memory, so that the time decides and not what happens to be there.
        await log.AppendAsync(2, 10, bytes: 1 << 20);
        for (var i = 0; i < 2; i++)
        {
            await clock.ShiftAsync(TimeSpan.FromMinutes(6));
        }

        await LostLogs.CopyAsync(redis.Server, options, "copy-", "");
        await LostLogs.IsLostAsync(log);
        Assert.Equal(0, log.Regressions);
    }

    [RedisFact]
    public async Task A_log_that_lacks_only_what_came_in_the_last_minutes_went_back()
    {
        var (clock, options) = (new ShiftedClock(), RedisLogs.Options(redis.Server));
        await using var log = new RedisTransactionLog(clock, options) { Observer = clock };
        await log.OpenAsync(CancellationToken.None);
        await log.AppendAsync(1, 10, bytes: 1 << 20);
        for (var i = 0; i < 2; i++)
        {
            await clock.ShiftAsync(TimeSpan.FromMinutes(6));
        }

        await LostLogs.CopyAsync(redis.Server, options, "", "copy-");
        await log.AppendAsync(11, 10, bytes: 1 << 20);
        await LostLogs.CopyAsync(redis.Server, options, "copy-", "");
        await Eventually.HoldsAsync(() => Task.FromResult(log.Regressions == 1));
    }

    /// <summary>A clock that can be put forward; it knows when the log has looked at it since.</summary>
    private sealed class ShiftedClock : TimeProvider, ILogObserver
    {
        private long _shift;
        private int _contacts;

        public override long GetTimestamp() => System.GetTimestamp() + Volatile.Read(ref _shift);

        public void Contacted(long askedAt, Zxid headZxid) => Interlocked.Increment(ref _contacts);

        public void Failed(LogUnavailableException failure)
        {
            // Seen by those who ask the log.
        }

        /// <summary>Puts it forward, and waits until the log has gone by it.</summary>
        public Task ShiftAsync(TimeSpan by)
        {
            Interlocked.Add(ref _shift, (long)(by.TotalSeconds * TimestampFrequency));
            var enough = Volatile.Read(ref _contacts) + 3;
            return Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref _contacts) >= enough));
        }
    }
}
