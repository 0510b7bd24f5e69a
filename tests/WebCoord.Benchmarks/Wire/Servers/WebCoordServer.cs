using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Benchmarks.Wire.Servers;

/// <summary>WebCoord on its embedded log, with its defaults.</summary>
internal sealed class WebCoordServer(string folder) : WireServer(folder)
{
    private readonly int _httpPort = FreePort.Next();

    public override string Name => "WebCoord";

    private LiveHeap Heap => new(Path.Combine(Folder, "heap"));

    public override WireServer Another(string folder) => new WebCoordServer(folder);

    public override Task<string> DescribeAsync() => Task.FromResult(
        $"WebCoord, its defaults (embedded log, fsync on), {RuntimeInformation.FrameworkDescription}");

    public override Task<long> LiveHeapAsync() => Heap.MeasureAsync();

    protected override ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "WebCoord.Server.dll"),
            Setting("Urls", $"http://127.0.0.1:{_httpPort}"),
            Setting("WebCoord:ZooKeeper:Port", $"{Address.Port}"),
            Setting("WebCoord:ZooKeeper:MaxConnectionsPerAddress", $"{2_000}"),
            "--Logging:LogLevel:Default=Warning",
        ]);
        Heap.Prepare(start);
        return start;
    }

    private static string Setting(string key, FormattableString value) =>
        $"--{key}={value.ToString(CultureInfo.InvariantCulture)}";
}
