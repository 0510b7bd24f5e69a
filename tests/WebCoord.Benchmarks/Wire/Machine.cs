using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace WebCoord.Benchmarks.Wire;

/// <summary>What the numbers of a run depend on.</summary>
internal static class Machine
{
    private const int Syncs = 200;
    private const int SyncBytes = 4096;

    /// <param name="folder">Where the servers keep their data.</param>
    public static string Describe(string folder)
    {
        var disk = new DriveInfo(folder).DriveFormat;
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30;
        return string.Create(CultureInfo.InvariantCulture, $"""
            {Environment.ProcessorCount} cores ({Processor()}), {memory} GiB, {RuntimeInformation.OSDescription}
            data on {disk}, where a write of {SyncBytes >> 10} KiB with fsync takes {SyncMs(folder):F2} ms
            """);
    }

    private static string Processor() => File.ReadLines("/proc/cpuinfo")
        .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?
        .Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static double SyncMs(string folder)
    {
        using var file = new FileStream(Path.Combine(folder, "sync"), FileMode.Create, FileAccess.Write);
        var times = new List<double>();
        while (times.Count < Syncs)
        {
            var start = Stopwatch.GetTimestamp();
            file.Write(new byte[SyncBytes]);
            file.Flush(flushToDisk: true);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times.Order().ElementAt(Syncs / 2);
    }
}
