using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// Debian's ZooKeeper with empty data, in a process of its own on a free loopback port. Nodes with a time to live are
/// on, the reaper stays away while tests run, and <see cref="SuperCredential"/> passes every ACL. Disposing kills it.
/// </summary>
internal sealed class ZooKeeperProcess : IAsyncDisposable
{
    /// <summary>The programs that a test with this process needs.</summary>
    public const string Java = "java";
    public const string Jar = "/usr/share/java/zookeeper.jar";

    public const string SuperCredential = "super:test";
    public const string SuperDigest = "super:D/InIHSb7yEEbrWz8b9l71RjZJU=";

    /// <summary>Far longer than the start of a JVM takes on a loaded machine.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly ProcessOutput _output;
    private readonly TemporaryFolder _folder;

    private ZooKeeperProcess(Process process, TemporaryFolder folder, int port)
    {
        _process = process;
        _output = new ProcessOutput(process);
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    public int Id => _process.Id;

    /// <summary>All that it has printed: its warnings and errors.</summary>
    public string Output => _output.Text;

    /// <summary>Starts it and waits until it serves.</summary>
    /// <param name="properties">Java system properties beside those of this class, such as <c>name=value</c>.</param>
    public static async Task<ZooKeeperProcess> StartAsync(params string[] properties)
    {
        var server = Launch(properties);
        try
        {
            await server.WaitUntilServingAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The answer to a four-letter word.</summary>
    public async Task<string> AskAsync(string word, TimeSpan? patience = null)
    {
        await using var client = await WireClient.ConnectAsync(Port);
        await client.SendAsync(Encoding.ASCII.GetBytes(word));
        return Encoding.UTF8.GetString(await client.ReceiveToEndAsync(patience));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            using var timeout = new CancellationTokenSource(MaxWait);
            await _process.WaitForExitAsync(timeout.Token);
        }

        _process.Dispose();
        _folder.Dispose();
    }

    private static ZooKeeperProcess Launch(string[] properties)
    {
        var folder = new TemporaryFolder();
        var port = FreePort.Next();
        var configuration = Path.Combine(folder.Path, "zoo.cfg");
        File.WriteAllLines(configuration,
        [
            $"dataDir={folder.Path}/data",
            string.Create(CultureInfo.InvariantCulture, $"clientPort={port}"),
            "clientPortAddress=127.0.0.1",
            "maxClientCnxns=0",
            "admin.enableServer=false",
            "4lw.commands.whitelist=*",
        ]);
        string[] settings =
        [
            "org.slf4j.simpleLogger.defaultLogLevel=warn",
            "zookeeper.extendedTypesEnabled=true",
            "zookeeper.forceSync=no",
            "znode.container.checkIntervalMs=1000000000",
            $"zookeeper.DigestAuthenticationProvider.superDigest={SuperDigest}",
            .. properties,
        ];
        string[] arguments =
        [
            "-Xmx512m", "-XX:+UseSerialGC", "-cp", $"{Jar}:/usr/share/java/slf4j-simple.jar",
            .. settings.Select(setting => "-D" + setting),
            "org.apache.zookeeper.server.ZooKeeperServerMain", configuration,
        ];
        var start = new ProcessStartInfo(Java, arguments)
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new ZooKeeperProcess(Process.Start(start)!, folder, port);
    }

    private async Task WaitUntilServingAsync()
    {
        var watch = Stopwatch.StartNew();
        while (!await IsServingAsync())
        {
            if (_process.HasExited || watch.Elapsed > MaxWait)
            {
                // What it printed last may still be in the pipe.
                await Task.Delay(200);
                throw new InvalidOperationException($"ZooKeeper did not start. It printed:\n{Output}");
            }

            await Task.Delay(50);
        }
    }

    private async Task<bool> IsServingAsync()
    {
        try
        {
            var answer = await AskAsync("srvr", TimeSpan.FromSeconds(2));
            return answer.Contains("Mode: standalone", StringComparison.Ordinal);
        }
        catch (Exception tooEarly) when (tooEarly is SocketException or IOException or OperationCanceledException)
        {
            // A connection that comes while it starts may never be answered.
            return false;
        }
    }
}
