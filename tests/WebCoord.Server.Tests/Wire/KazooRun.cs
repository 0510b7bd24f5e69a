using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using WebCoord.Server.Tests.EndToEnd;
using WebCoord.Server.Tests.Wire.Tls;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// One run of all checks of <c>tests/clients/kazoo</c>, in one Python process against one server, which it may have cut
/// off, killed and started again. It begins when a test asks for what came of it.
/// </summary>
public sealed class KazooRun : IDisposable
{
    /// <summary>Debian's Python and its kazoo, whatever other Python comes first in the path.</summary>
    public const string Python = "/usr/bin/python3";
    public const string Kazoo = "/usr/lib/python3/dist-packages/kazoo";

    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _certificates = new();
    private readonly int _tlsPort = FreePort.Next();
    private readonly Lazy<Task<IReadOnlyDictionary<string, string?>>> _problems;

    public KazooRun() => _problems = new(RunAsync);

    public static string Folder { get; } = Repository.PathOf("tests", "clients", "kazoo");

    /// <summary>What Python printed beside the results, and what the server printed.</summary>
    public string Output { get; private set; } = "";

    /// <summary>Why each check failed, or null.</summary>
    public Task<IReadOnlyDictionary<string, string?>> ProblemsAsync() => _problems.Value;

    public void Dispose() => _certificates.Dispose();

    private static bool IsResult(string line) => line.StartsWith("{\"check\":", StringComparison.Ordinal);

    private async Task<IReadOnlyDictionary<string, string?>> RunAsync()
    {
        await WriteCertificatesAsync();
        await using var server = await WireServerProcess.StartAsync(
            "--WebCoord:ZooKeeper:MaxConnectionsPerAddress=0",
            $"--WebCoord:ZooKeeper:SuperDigest={ZooKeeperProcess.SuperDigest}",
            string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:TlsPort={_tlsPort}"),
            $"--WebCoord:ZooKeeper:TlsCertificate={CertificateFile("server")}",
            $"--WebCoord:ZooKeeper:TlsTrustedCertificates={CertificateFile("trusted")}");
        await using var control = new ProxyControl(server.Port);
        control.Add("kill", server.KillAsync);
        control.Add("start", server.StartAgainAsync);
        using var python = Process.Start(StartOf(server.Port, control.Port))!;
        var output = new ProcessOutput(python);
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

        var lines = output.Text.Split('\n').ToLookup(IsResult);
        Output = $"""
            Python printed:
            {string.Join('\n', lines[false])}
            The server printed:
            {server.Process!.Output}
            """;
        return lines[true].Select(line => JsonElement.Parse(line)).ToDictionary(
            result => result.GetProperty("check").GetString()!, result => result.GetProperty("problem").GetString());
    }

    private ProcessStartInfo StartOf(int port, int controlPort)
    {
        // Without -B, Python would leave compiled files in the working copy.
        var start = new ProcessStartInfo(Python, ["-B", "run.py"])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["WEBCOORD_WIRE_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["WEBCOORD_TLS_PORT"] = _tlsPort.ToString(CultureInfo.InvariantCulture);
        start.Environment["WEBCOORD_CERTIFICATES"] = _certificates.Path;
        start.Environment["WEBCOORD_CONTROL_PORT"] = controlPort.ToString(CultureInfo.InvariantCulture);
        return start;
    }

    private async Task WriteCertificatesAsync()
    {
        using var authority = new TestAuthority();
        using var server = authority.Issue("server", TestAuthority.ForServers);
        using var alice = authority.Issue("alice", TestAuthority.ForClients);
        await File.WriteAllTextAsync(CertificateFile("server"), TestAuthority.PemOf(server));
        await File.WriteAllTextAsync(CertificateFile("alice"), TestAuthority.PemOf(alice));
        await File.WriteAllTextAsync(CertificateFile("trusted"), authority.Pem);
    }

    private string CertificateFile(string name) => Path.Combine(_certificates.Path, name + ".pem");
}
