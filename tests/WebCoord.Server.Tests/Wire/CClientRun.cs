using System.Diagnostics;
using System.Globalization;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// One run of the program in <c>tests/clients/c</c>, compiled for it, against a server of its own. It begins when the
/// first test asks for its report, so that nothing runs where the compiler is missing.
/// </summary>
public sealed class CClientRun : IDisposable
{
    internal const string Header = "/usr/include/zookeeper/zookeeper.h";
    internal const string StandardHeader = "/usr/include/stdio.h";

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task<CheckReport>> _report;

    public CClientRun() => _report = new Lazy<Task<CheckReport>>(RunAsync);

    internal static string[] Sources { get; } =
        Directory.GetFiles(Repository.PathOf("tests", "clients", "c"), "*.c");

    internal Task<CheckReport> ReportAsync() => _report.Value;

    public void Dispose() => _folder.Dispose();

    private async Task<CheckReport> RunAsync()
    {
        var program = Path.Combine(_folder.Path, "checks");
        await RunAsync("gcc", ["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-DTHREADED", "-Wall", "-Wextra", "-Werror",
            "-O1", "-g", "-pthread", "-o", program, .. Sources, "-lzookeeper_mt"]);
        await using var server = await WireServerProcess.StartAsync("--WebCoord:ZooKeeper:MaxConnectionsPerAddress=0");
        await using var control = new ProxyControl(server.Port);
        return new CheckReport(await RunAsync(program,
            [server.Port.ToString(CultureInfo.InvariantCulture), control.Port.ToString(CultureInfo.InvariantCulture)]));
    }

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        await using var command = new CommandLine(new ProcessStartInfo(program, arguments));
        return await command.CompleteAsync();
    }
}
