using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>The durability is that of the settings which Redis has at the moment.</summary>
public sealed class RedisDurabilityTests(RunningRedis redis) : IClassFixture<RunningRedis>
{
    [RedisTheory]
    [InlineData("always", "no", Durability.Fsync)]
    [InlineData("always", "yes", Durability.None)]
    [InlineData("everysec", "no", Durability.EverySecond)]
    [InlineData("everysec", "yes", Durability.None)]
    [InlineData("no", "no", Durability.None)]
    public async Task It_is_told_when_the_log_is_opened(string fsync, string noFsyncOnRewrite, Durability expected)
    {
        await SetAsync(fsync, noFsyncOnRewrite);
        await using var log = await RedisLogs.OpenAsync(RedisLogs.Options(redis.Server));
        Assert.Equal(expected, log.Description.Durability);
    }

    [RedisFact]
    public async Task A_change_while_the_log_is_open_is_noticed()
    {
        await SetAsync("always", "no");
        var options = RedisLogs.Options(redis.Server);
        await using var connection = await RedisConnection.OpenAsync(
            options, new RedisKeys(options.Prefix), Puts.Patience, CancellationToken.None);
        var watch = new DurabilityWatch(TimeProvider.System, options) { Interval = TimeSpan.FromMilliseconds(20) };
        Assert.Equal(Durability.Unknown, watch.Current);
        await watch.InspectAsync(connection, CancellationToken.None);
        Assert.Equal(Durability.Fsync, watch.Current);
        using var stop = new CancellationTokenSource();
        var following = watch.FollowAsync(connection, stop.Token);
        await SetAsync("everysec", "no");
        await Eventually.HoldsAsync(() => Task.FromResult(watch.Current == Durability.EverySecond));
        await SetAsync("always", "no");
        await Eventually.HoldsAsync(() => Task.FromResult(watch.Current == Durability.Fsync));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    private async Task SetAsync(string fsync, string noFsyncOnRewrite)
    {
        await redis.Server.SetAsync("appendfsync", fsync);
        await redis.Server.SetAsync("no-appendfsync-on-rewrite", noFsyncOnRewrite);
    }
}
