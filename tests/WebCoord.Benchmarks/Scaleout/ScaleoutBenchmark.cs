using System.Runtime.InteropServices;
using WebCoord.Benchmarks.Rest;
using WebCoord.Benchmarks.Wire;

namespace WebCoord.Benchmarks.Scaleout;

/// <summary>
/// Three instances on one Redis that has every write on disk before it answers, beside one instance on its embedded
/// log, all on this machine. The two take turns, so that whatever else the machine does meets both. Then what is needed
/// to size a service: what one log takes, what a write costs each process, and how much memory things need.
/// </summary>
internal static class ScaleoutBenchmark
{
    public const int Instances = 3;

    /// <summary>The argument for the comparison alone.</summary>
    public const string Compare = "compare";

    /// <summary>The argument for what a service is sized by alone.</summary>
    public const string Size = "size";

    public static async Task<int> RunAsync(string? only)
    {
        if (!Wrk.IsInstalled)
        {
            await Console.Error.WriteLineAsync("This benchmark needs wrk and redis-server: "
                + "apt-get install wrk redis-server");
            return 1;
        }

        // Whoever is asked to stop leaves at once, and the servers end with the process.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Environment.Exit(130));
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Environment.Exit(143));
        var folder = Directory.CreateTempSubdirectory("webcoord-benchmark-").FullName;
        try
        {
            Console.WriteLine(Machine.Describe(folder));
            await using var three = await Deployment.StartOnRedisAsync(Path.Combine(folder, "redis"), Instances);
            if (only is null or Compare)
            {
                await CompareAsync(Path.Combine(folder, "embedded"), three);
            }

            if (only is null or Size)
            {
                await SizingRows.RunAsync(three);
                await SnapshotRow.RunAsync(three.Redis!);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task CompareAsync(string folder, Deployment three)
    {
        await using var embedded = await Deployment.StartEmbeddedAsync(folder);
        ComparedRow.PrintHead("embedded", "3 on Redis", "ratio");
        foreach (var row in ComparedRows.All)
        {
            await row.PrintAsync(embedded, three);
        }
    }
}
