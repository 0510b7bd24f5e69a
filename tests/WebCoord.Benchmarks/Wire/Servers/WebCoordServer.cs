using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace WebCoord.Benchmarks.Wire.Servers;

/// <summary>WebCoord on its embedded log, with its defaults.</summary>
internal sealed class WebCoordServer(string folder) : WireServer(folder)
{
    private readonly int _httpPort = FreePort();

    public override string Name => "WebCoord";

    private string HeapPipe => Path.Combine(Folder, "heap");

    public override WireServer Another(string folder) => new WebCoordServer(folder);

    public override Task<string> DescribeAsync() => Task.FromResult(
        $"WebCoord, its defaults (embedded log, fsync on), {RuntimeInformation.FrameworkDescription}");

    public override async Task<long> LiveHeapAsync()
    {
        await using var pipe = new NamedPipeClientStream(".", HeapPipe, PipeDirection.In);
        await pipe.ConnectAsync();
        using var reader = new BinaryReader(pipe);
        return reader.ReadInt64();
    }

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
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        start.Environment[StartupHook.PipeVariable] = HeapPipe;
        return start;
    }

    private static string Setting(string key, FormattableString value) =>
        $"--{key}={value.ToString(CultureInfo.InvariantCulture)}";
}
