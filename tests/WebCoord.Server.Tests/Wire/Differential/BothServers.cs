using System.Globalization;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>ZooKeeper and WebCoord, both fresh and alike in what can be set: the least and most timeout, the super
/// user, nodes with a time to live, and a reaper that stays away. All tests of a class share them.</summary>
public sealed class BothServers : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort.Next();
    private ZooKeeperProcess? _zooKeeper;
    private ServerProcess? _webCoord;

    /// <summary>What the servers have printed, for the report of a failure.</summary>
    public string Output =>
        $"ZooKeeper printed:\n{Last(_zooKeeper!.Output)}\nWebCoord printed:\n{Last(_webCoord!.Output)}";

    /// <summary>How it went with <see cref="Sequence.OfFreshServers"/>, before anything else.</summary>
    internal SequenceRun? Fresh { get; private set; }

    public async Task InitializeAsync()
    {
        var zooKeeper = ZooKeeperProcess.StartAsync();
        var webCoord = ServerProcess.StartAsync(
            _folder.Path,
            string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:Port={_port}"),
            $"--WebCoord:ZooKeeper:SuperDigest={ZooKeeperProcess.SuperDigest}",
            "--WebCoord:ZooKeeper:MaxConnectionsPerAddress=0",
            "--WebCoord:Sessions:MinTimeoutMs=6000",
            "--WebCoord:Sessions:MaxTimeoutMs=60000",
            "--WebCoord:Sessions:ReapIntervalMs=86400000",
            "--WebCoord:Log:Kind=memory");
        try
        {
            _webCoord = await webCoord;
        }
        finally
        {
            _zooKeeper = await zooKeeper;
        }

        Fresh = await Runner().RunAsync(Sequence.OfFreshServers);
    }

    public async Task DisposeAsync()
    {
        await (_zooKeeper?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_webCoord?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    /// <summary>Runs sequences on both.</summary>
    internal SequenceRunner Runner(Func<WireMessage, WireMessage?>? tamper = null) =>
        new(_zooKeeper!.Port, _port, AllowedDifferences.OfWebCoord) { Tamper = tamper };

    private static string Last(string text) => text[^Math.Min(3_000, text.Length)..];
}
