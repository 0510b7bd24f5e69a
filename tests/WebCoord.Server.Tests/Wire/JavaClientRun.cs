using System.Diagnostics;
using System.Globalization;
using WebCoord.Server.Tests.EndToEnd;
using WebCoord.Server.Tests.Wire.Tls;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// One run of the program in <c>tests/clients/java</c>, compiled for it, against a server of its own. It begins when
/// the first test asks for its report, so that nothing runs where Java is missing.
/// </summary>
public sealed class JavaClientRun : IDisposable
{
    internal const string Jar = "/usr/share/java/curator-recipes.jar";
    internal const string Logging = "/usr/share/java/slf4j-simple.jar";

    /// <summary>What Netty's client needs beside the jars that Debian's jars name.</summary>
    private const string Netty = "/usr/share/java/netty-codec.jar:/usr/share/java/netty-resolver.jar";

    private readonly TemporaryFolder _classes = new();
    private readonly TemporaryFolder _certificates = new();
    private readonly Lazy<Task<CheckReport>> _report;

    public JavaClientRun() => _report = new Lazy<Task<CheckReport>>(RunAsync);

    internal static string[] Sources { get; } =
        Directory.GetFiles(Repository.PathOf("tests", "clients", "java"), "*.java");

    internal Task<CheckReport> ReportAsync() => _report.Value;

    public void Dispose()
    {
        _classes.Dispose();
        _certificates.Dispose();
    }

    private async Task<CheckReport> RunAsync()
    {
        await RunAsync("javac", ["-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-Xlint:all,-try,-path",
            "-Werror", "-encoding", "UTF-8", "-cp", Jar, "-d", _classes.Path, .. Sources]);
        await WriteCertificatesAsync();
        var tlsPort = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        await using var server = await WireServerProcess.StartAsync(
            "--WebCoord:ZooKeeper:MaxConnectionsPerAddress=0", "--WebCoord:Sessions:ReapIntervalMs=200",
            $"--WebCoord:ZooKeeper:TlsPort={tlsPort}",
            $"--WebCoord:ZooKeeper:TlsCertificate={_certificates.Path}/server.pem",
            $"--WebCoord:ZooKeeper:TlsTrustedCertificates={_certificates.Path}/trusted.pem");
        await using var control = new ProxyControl(server.Port);
        control.Add("kill", server.KillAsync);
        control.Add("start", server.StartAgainAsync);
        return new CheckReport(await RunAsync("java", ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=off", "-cp", $"{Jar}:{Netty}:{Logging}:{_classes.Path}", "Main",
            server.Port.ToString(CultureInfo.InvariantCulture), tlsPort,
            control.Port.ToString(CultureInfo.InvariantCulture), _certificates.Path]));
    }

    private async Task WriteCertificatesAsync()
    {
        using var authority = new TestAuthority();
        using var server = authority.Issue("server", TestAuthority.ForServers);
        using var alice = authority.Issue("alice", TestAuthority.ForClients);
        await WriteAsync("trusted.pem", authority.Pem);
        await WriteAsync("server.pem", TestAuthority.PemOf(server));
        await WriteAsync("alice.pem", TestAuthority.PemOf(alice));

        Task WriteAsync(string name, string text) =>
            File.WriteAllTextAsync(Path.Combine(_certificates.Path, name), text);
    }

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        await using var command = new CommandLine(new ProcessStartInfo(program, arguments));
        return await command.CompleteAsync(minutes: 4);
    }
}
