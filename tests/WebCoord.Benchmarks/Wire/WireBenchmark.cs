using System.Runtime.InteropServices;
using WebCoord.Benchmarks.Wire.Load;
using WebCoord.Benchmarks.Wire.Rows;
using WebCoord.Benchmarks.Wire.Servers;

namespace WebCoord.Benchmarks.Wire;

/// <summary>
/// ZooKeeper's protocol on WebCoord beside a real ZooKeeper, each on its durable log, on the same machine in the same
/// run. A third server that does nothing shows how much of a number is the generator's own.
/// </summary>
internal static class WireBenchmark
{
    /// <summary>Those that leave many nodes behind come last.</summary>
    private static readonly Row[] Rows =
    [
        ThroughputRow.Ceiling("ceiling", (connection, _) => Random(connection, path => Frame.Get(path))),
        ThroughputRow.Pipelined("get", (connection, _) => Random(connection, path => Frame.Get(path))),
        ThroughputRow.Pipelined("exists", (connection, _) => Random(connection, Frame.Exists)),
        ThroughputRow.Pipelined("getChildren", (connection, _) => BenchmarkTree.Lists(connection)),
        ThroughputRow.Pipelined("set", (connection, _) => Random(connection, Frame.Set)),
        ThroughputRow.Pipelined("mixed", (connection, _) => BenchmarkTree.Random(connection, (random, path) =>
            random.Next(10) == 0 ? Frame.Set(path) : Frame.Get(path))),
        ThroughputRow.Serial("serial-get", (connection, _) => Random(connection, path => Frame.Get(path))),
        ThroughputRow.Serial("serial-set", (connection, _) => Random(connection, Frame.Set)),
        new FanOutRow("fan-out"),
        ThroughputRow.Pipelined("create", (connection, turn) => BenchmarkTree.Creates(connection, turn * 10_000_000)),
        new ManyNodesRow("many-nodes"),
    ];

    public static string Usage { get; } =
        "wire [--quick] [--seconds=<of a turn>] [--only=ZooKeeper|WebCoord|bare] "
        + $"[{string.Join('|', Rows.Select(row => row.Name))}]...";

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (WireOptions.Parse(arguments, Rows) is not { } options)
        {
            await Console.Error.WriteLineAsync($"Usage: {Usage}");
            return 2;
        }

        var folder = Path.Combine(Path.GetTempPath(), $"webcoord-benchmark-{Guid.NewGuid():N}");
        WireServer[] all =
        [
            new ZooKeeperServer(Path.Combine(folder, "zookeeper")),
            new WebCoordServer(Path.Combine(folder, "webcoord")),
            new BareWireServer(Path.Combine(folder, "bare")),
        ];
        var servers = Array.FindAll(all, server => (options.OnlyServer ?? server.Name) == server.Name
            && options.Rows.Any(row => row.IsFor(server)));
        if (servers.Length == 0)
        {
            await Console.Error.WriteLineAsync("None of these rows is about that server.");
            return 2;
        }

        if (servers.Any(server => server is ZooKeeperServer) && !ZooKeeperServer.IsInstalled)
        {
            await Console.Error.WriteLineAsync(
                "This benchmark needs ZooKeeper and jcmd: apt-get install zookeeper default-jdk-headless");
            return 1;
        }

        // Whoever is asked to stop leaves at once, and the servers end with the process.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Environment.Exit(130));
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Environment.Exit(143));
        Directory.CreateDirectory(folder);
        try
        {
            await RunAsync(servers, options, folder);
            return 0;
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(WireServer[] servers, WireOptions options, string folder)
    {
        Console.WriteLine(Machine.Describe(folder));
        foreach (var server in servers)
        {
            await server.StartAsync();
            if (server is not BareWireServer)
            {
                BenchmarkTree.CreateOn(server.Address);
            }

            Console.WriteLine(await server.DescribeAsync());
        }

        Console.WriteLine($"""
            {BenchmarkTree.Connections} connections with {BenchmarkTree.InFlight} requests in flight each
            (serial: one with one), {Frame.DataLength} bytes of data;
            medians of {options.Pace.Turns} turns of {options.Pace.Turn.TotalSeconds} s each, the servers in turn

            """);
        var table = new ResultTable(servers);
        table.PrintHead();
        foreach (var row in options.Rows)
        {
            var measured = Array.FindAll(servers, row.IsFor);
            if (measured.Length > 0)
            {
                table.Print(row.Name, measured, await row.MeasureAsync(measured, options.Pace));
            }
        }
    }

    private static FrameRing Random(int connection, Func<string, Frame> frameOf) =>
        BenchmarkTree.Random(connection, (_, path) => frameOf(path));
}
