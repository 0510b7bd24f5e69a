using WebCoord.TransactionLog.Tests.Redis;

namespace WebCoord.Server.Tests.EndToEnd;

/// <summary>
/// The log of the tests that would do with any: in memory, or with <c>WEBCOORD_TEST_LOG=redis</c> one in a real Redis,
/// so that <c>tests/run.sh</c> can run the tests of the front ends a second time on a shared log. The Redis is started
/// for the first of them and ends with the test run.
/// </summary>
internal static class LogUnderTest
{
    private static readonly bool IsRedis = Environment.GetEnvironmentVariable("WEBCOORD_TEST_LOG") == "redis";

    private static readonly Lazy<RedisServer> Redis = new(StartRedis);

    public static string Kind => IsRedis ? "redis" : "memory";

    /// <summary>What it promises of an acknowledged write, as the interfaces tell it.</summary>
    public static string Durability => IsRedis ? "fsync" : "none";

    /// <summary>Settings of a service with an empty log of its own.</summary>
    public static IEnumerable<KeyValuePair<string, string>> NewSettings() => IsRedis
        ?
        [
            new("WebCoord:Log:Kind", "redis"),
            new("WebCoord:Log:Redis:Configuration", Redis.Value.Configuration),
            new("WebCoord:Log:Redis:Prefix", $"test-{Guid.NewGuid():N}"),
            new("WebCoord:Instance:DrainMs", "0"),
        ]
        : [new("WebCoord:Log:Kind", "memory")];

    /// <summary>The same as arguments.</summary>
    public static string[] NewArguments() => [.. NewSettings().Select(pair => $"--{pair.Key}={pair.Value}")];

    private static RedisServer StartRedis()
    {
        // Outside of the tests' synchronization context, which might be waiting for just this.
        var redis = Task.Run(() => RedisServer.StartAsync()).GetAwaiter().GetResult();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => redis.DisposeAsync().AsTask().Wait();
        return redis;
    }
}
