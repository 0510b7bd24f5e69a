using System.Diagnostics;
using System.Globalization;
using WebCoord.Benchmarks.Memory;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.Benchmarks.Scaleout;

/// <summary>What a snapshot of many small nodes takes: in Redis, and of time.</summary>
internal static class SnapshotRow
{
    private const int Nodes = 200_000;

    public static async Task RunAsync(RedisServer redis)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{redis.Port}");
        var options = new RedisLogOptions(address, "snapshot", TimeSpan.FromSeconds(30),
            AllowUnknownDurability: false, CreateLog: true);
        await using var log = new RedisTransactionLog(TimeProvider.System, options);
        await log.OpenAsync(CancellationToken.None);
        var state = await MemoryBenchmark.FillAsync(log, Nodes);
        var before = await BytesAsync(redis);
        var watch = Stopwatch.StartNew();
        await log.SaveSnapshotAsync(state, CancellationToken.None);
        var saved = watch.Elapsed;
        var bytes = await BytesAsync(redis) - before;
        watch.Restart();
        await log.LoadSnapshotAsync([], CancellationToken.None);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            a snapshot of {state.Tree.NodeCount:N0} nodes with 100 bytes
              {"bytes of Redis' memory for a node",-56} {bytes / state.Tree.NodeCount,12:N0}
              {"s to save it, while writes go on",-56} {saved.TotalSeconds,12:F2}
              {"s to load it, at the start of an instance",-56} {watch.Elapsed.TotalSeconds,12:F2}
            """));
    }

    private static async Task<double> BytesAsync(RedisServer redis) =>
        double.Parse((await redis.InfoAsync())["used_memory"], CultureInfo.InvariantCulture);
}
