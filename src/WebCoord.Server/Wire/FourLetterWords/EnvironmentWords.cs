using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace WebCoord.Server.Wire.FourLetterWords;

/// <summary>The words about how the service was set up and where it runs. They tell no paths and no user: those are for
/// the operator alone, and anybody may ask.</summary>
internal static class EnvironmentWords
{
    /// <summary><c>conf</c>.</summary>
    public static string Configuration(ServiceReport report)
    {
        var options = report.Options;
        var settings = report.State.Settings;
        var (snapshots, log) = SizesOf(report);
        return Lines(
            ("clientPort", options.Port),
            ("secureClientPort", options.TlsPort == 0 ? -1 : options.TlsPort),
            ("dataDirSize", snapshots),
            ("dataLogSize", log),
            ("tickTime", settings.TickMs),
            ("maxClientCnxns", options.MaxConnectionsPerAddress),
            ("minSessionTimeout", settings.MinTimeoutMs),
            ("maxSessionTimeout", settings.MaxTimeoutMs),
            ("clientPortListenBacklog", -1),
            ("serverId", 0));
    }

    /// <summary><c>envi</c>. Clients look for the first line.</summary>
    public static string Environment()
    {
        var most = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var used = System.Environment.WorkingSet;
        return "Environment:\n" + Lines(
            ("zookeeper.version", ServiceReport.Version),
            ("host.name", System.Environment.MachineName),
            ("dotnet.version", System.Environment.Version),
            ("os.name", RuntimeInformation.OSDescription),
            ("os.arch", RuntimeInformation.OSArchitecture),
            ("os.version", System.Environment.OSVersion.Version),
            ("os.memory.free", Megabytes(most - used)),
            ("os.memory.max", Megabytes(most)),
            ("os.memory.total", Megabytes(used)));
    }

    /// <summary><c>dirs</c>.</summary>
    public static string DataSize(ServiceReport report)
    {
        var (snapshots, log) = SizesOf(report);
        return WordText.Invariant($"datadir_size: {snapshots}\nlogdir_size: {log}\n");
    }

    private static (long Snapshots, long Log) SizesOf(ServiceReport report)
    {
        var file = report.Log.Kind == "sqlite" ? Path.GetFullPath(report.Log.Location) : null;
        if (file is null)
        {
            return (0, 0);
        }

        var sizes = new DirectoryInfo(Path.GetDirectoryName(file)!)
            .EnumerateFiles(Path.GetFileName(file) + "*")
            .Select(found => (found.Name, found.Length))
            .ToLookup(found => found.Name.Contains(".snapshot-", StringComparison.Ordinal), found => found.Length);
        return (sizes[true].Sum(), sizes[false].Sum());
    }

    private static string Lines(params ReadOnlySpan<(string Key, object Value)> entries)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in entries)
        {
            text.Append(CultureInfo.InvariantCulture, $"{key}={value}\n");
        }

        return text.ToString();
    }

    private static string Megabytes(long bytes) => WordText.Invariant($"{Math.Max(0, bytes) >> 20}MB");
}
