using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.SignalR;

/// <summary>The hub as users reach it: with <c>@microsoft/signalr</c>, against a real server process.</summary>
public sealed class JavaScriptClientTests
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(3);

    [HubProgramFact("node")]
    public Task A_Node_service_uses_the_hub() => RunAsync("node.test.js");

    [HubProgramFact("node", "chromium")]
    public Task A_page_in_Chromium_uses_the_hub() => RunAsync("browser.test.js");

    private static async Task RunAsync(string script)
    {
        using var folder = new TemporaryFolder();
        var (page, foreignPage) = FreePorts();
        await using var server = await ServerProcess.StartAsync(folder.Path,
            $"--WebCoord:Security:AllowedOrigins:0=http://127.0.0.1:{page}");
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = Repository.PathOf("tests", "clients", "hub"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add("--test");
        start.ArgumentList.Add(script);
        start.Environment["WEBCOORD_ADDRESS"] = server.Address.ToString();
        start.Environment["PAGE_PORT"] = page;
        start.Environment["FOREIGN_PAGE_PORT"] = foreignPage;
        using var node = Process.Start(start)!;
        var output = new ProcessOutput(node);
        using var timeout = new CancellationTokenSource(MaxWait);
        try
        {
            await node.WaitForExitAsync(timeout.Token);
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill(entireProcessTree: true);
            }
        }

        Assert.True(node.ExitCode == 0, $"{script} failed:\n{output.Text}\nThe server printed:\n{server.Output}");

        // A script that registers no test, or skips it, ends well too.
        Assert.Matches(@"pass [1-9]", output.Text);
        Assert.Matches(@"skipped 0", output.Text);
    }

    /// <summary>Two loopback ports that are free now; the pages are served there a moment later.</summary>
    private static (string Page, string ForeignPage) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (PortOf(first), PortOf(second));
    }

    private static string PortOf(TcpListener listener) =>
        ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
}
