using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// One run of all checks of <c>tests/clients/kazoo</c>, in one Python process against one server, which it may have cut
/// off, killed and started again. It begins when a test asks for what came of it.
/// </summary>
public sealed class KazooRun : IAsyncLifetime
{
    /// <summary>Debian's Python and its kazoo, whatever other Python comes first in the path.</summary>
    public const string Python = "/usr/bin/python3";
    public const string Kazoo = "/usr/lib/python3/dist-packages/kazoo";

    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort.Next();
    private readonly Lazy<Task<IReadOnlyDictionary<string, string?>>> _problems;
    private ServerProcess? _server;
    private ProcessOutput? _output;

    public KazooRun() => _problems = new(RunAsync);

    public static string Folder { get; } = Repository.PathOf("tests", "clients", "kazoo");

    /// <summary>What Python printed beside the results, and what the server printed.</summary>
    public string Output => $"""
        Python printed:
        {string.Join('\n', Lines.Where(line => !IsResult(line)))}
        The server printed:
        {_server?.Output}
        """;

    private IEnumerable<string> Lines => _output?.Text.Split('\n') ?? [];

    /// <summary>Why each check failed, or null.</summary>
    public Task<IReadOnlyDictionary<string, string?>> ProblemsAsync() => _problems.Value;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static bool IsResult(string line) => line.StartsWith("{\"check\":", StringComparison.Ordinal);

    private async Task<IReadOnlyDictionary<string, string?>> RunAsync()
    {
        await StartServerAsync();
        await using var control = new ProxyControl(_port);
        control.Add("kill", () => _server!.KillAsync());
        control.Add("start", StartServerAsync);
        using var python = Process.Start(StartOf(control))!;
        _output = new ProcessOutput(python);
        using var timeout = new CancellationTokenSource(MaxWait);
        try
        {
            await python.WaitForExitAsync(timeout.Token);
        }
        finally
        {
            if (!python.HasExited)
            {
                python.Kill(entireProcessTree: true);
            }
        }

        return Lines.Where(IsResult).Select(line => JsonElement.Parse(line)).ToDictionary(
            result => result.GetProperty("check").GetString()!, result => result.GetProperty("problem").GetString());
    }

    private ProcessStartInfo StartOf(ProxyControl control)
    {
        // Without -B, Python would leave compiled files in the working copy.
        var start = new ProcessStartInfo(Python, ["-B", "run.py"])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["WEBCOORD_WIRE_PORT"] = _port.ToString(CultureInfo.InvariantCulture);
        start.Environment["WEBCOORD_CONTROL_PORT"] = control.Port.ToString(CultureInfo.InvariantCulture);
        return start;
    }

    private async Task StartServerAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _server = await ServerProcess.StartAsync(_folder.Path,
            string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:Port={_port}"),
            "--WebCoord:ZooKeeper:MaxConnectionsPerAddress=0",
            $"--WebCoord:ZooKeeper:SuperDigest={ZooKeeperProcess.SuperDigest}");
    }
}
