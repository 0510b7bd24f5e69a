using System.Diagnostics;

namespace WebCoord.Benchmarks.Writes;

/// <summary>What a number of requests took of this process: time, processor time of all its threads, and memory.
/// </summary>
internal readonly record struct Measurement(double PerSecond, double CpuMicroseconds, double AllocatedBytes)
{
    public static async Task<Measurement> OfAsync(int requests, Func<Task> work)
    {
        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        await work();
        var elapsed = watch.Elapsed;
        return new Measurement(
            requests / elapsed.TotalSeconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / requests,
            (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / requests);
    }

    /// <summary>Of each number its own median.</summary>
    public static Measurement Median(IReadOnlyCollection<Measurement> turns) => new(
        Median(turns.Select(turn => turn.PerSecond)),
        Median(turns.Select(turn => turn.CpuMicroseconds)),
        Median(turns.Select(turn => turn.AllocatedBytes)));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
