using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace WebCoord.Benchmarks.Wire.Servers;

/// <summary>Debian's ZooKeeper, started by Debian's script with Debian's settings; only what a benchmark must have is
/// set otherwise.</summary>
internal sealed partial class ZooKeeperServer(string folder) : WireServer(folder)
{
    private const string Script = "/usr/share/zookeeper/bin/zkServer.sh";

    public static bool IsInstalled => File.Exists(Script) && File.Exists("/usr/bin/jcmd");

    public override string Name => "ZooKeeper";

    public override WireServer Another(string folder) => new ZooKeeperServer(folder);

    public override async Task<string> DescribeAsync()
    {
        var version = ServerVersion().Match(await AskAsync("srvr")).Groups["version"].Value;
        var java = JavaVersion().Match(await JcmdAsync("VM.version")).Groups["version"].Value;
        var flags = await JcmdAsync("VM.flags");
        var maxHeap = long.Parse(MaxHeapFlag().Match(flags).Groups["bytes"].Value, CultureInfo.InvariantCulture);
        var collector = CollectorFlag().Match(flags).Groups["name"].Value;
        return string.Create(CultureInfo.InvariantCulture, $"""
            ZooKeeper {version} of Debian, its defaults (fsync on), Java {java}, {collector}
            (its heap is what Java takes by itself, at most {maxHeap >> 20} MiB; Debian's script sets none)
            """);
    }

    public override async Task<long> LiveHeapAsync()
    {
        var total = HistogramTotal().Match(await JcmdAsync("GC.class_histogram"));
        return long.Parse(total.Groups["bytes"].Value, CultureInfo.InvariantCulture);
    }

    protected override ProcessStartInfo StartInfo()
    {
        var settings = Path.Combine(Folder, "zoo.cfg");
        File.WriteAllText(settings, string.Create(CultureInfo.InvariantCulture, $"""
            tickTime=2000
            initLimit=10
            syncLimit=5
            dataDir={Folder}/data
            clientPort={Address.Port}
            clientPortAddress=127.0.0.1
            maxClientCnxns=0
            admin.enableServer=false

            """));
        return new ProcessStartInfo(Script, ["start-foreground", settings]);
    }

    private Task<string> JcmdAsync(string command) =>
        Programs.RunAsync("jcmd", ProcessId.ToString(CultureInfo.InvariantCulture), command);

    /// <summary>The answer to a four-letter word.</summary>
    private async Task<string> AskAsync(string word)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Address);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(word));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    [GeneratedRegex(@"Zookeeper version: (?<version>[0-9.]+)")]
    private static partial Regex ServerVersion();

    [GeneratedRegex(@"JDK (?<version>[0-9]+\.[0-9.]*[0-9])")]
    private static partial Regex JavaVersion();

    [GeneratedRegex(@"-XX:MaxHeapSize=(?<bytes>[0-9]+)")]
    private static partial Regex MaxHeapFlag();

    [GeneratedRegex(@"-XX:\+Use(?<name>\w+GC)\b")]
    private static partial Regex CollectorFlag();

    [GeneratedRegex(@"Total\s+[0-9]+\s+(?<bytes>[0-9]+)")]
    private static partial Regex HistogramTotal();
}
