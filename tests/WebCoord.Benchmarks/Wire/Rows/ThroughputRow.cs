using WebCoord.Benchmarks.Wire.Load;
using WebCoord.Benchmarks.Wire.Servers;

namespace WebCoord.Benchmarks.Wire.Rows;

/// <summary>How many requests of a kind a server answers in a second, and how long each takes.</summary>
/// <param name="ringOf">The requests of a connection in a turn.</param>
internal sealed class ThroughputRow(
    string name, bool isCeiling, int connections, int inFlight, Func<int, int, FrameRing> ringOf)
    : AlternatingRow(name, isCeiling)
{
    /// <summary>As <see cref="Pipelined"/>, to a server that does nothing.</summary>
    public static ThroughputRow Ceiling(string name, Func<int, int, FrameRing> ringOf) =>
        new(name, isCeiling: true, BenchmarkTree.Connections, BenchmarkTree.InFlight, ringOf);

    /// <summary>Many connections with many requests in flight.</summary>
    public static ThroughputRow Pipelined(string name, Func<int, int, FrameRing> ringOf) =>
        new(name, isCeiling: false, BenchmarkTree.Connections, BenchmarkTree.InFlight, ringOf);

    /// <summary>One request after the other.</summary>
    public static ThroughputRow Serial(string name, Func<int, int, FrameRing> ringOf) => new(
        name, isCeiling: false, connections: 1, inFlight: 1, ringOf);

    protected override Figure[] Measure(WireServer server, int turn, TimeSpan duration)
    {
        var rings = Enumerable.Range(0, connections).Select(connection => ringOf(connection, turn));
        using var generator = new LoadGenerator(server.Address, rings, inFlight, long.MaxValue);
        var before = server.ProcessorTime;
        var result = generator.Run(duration);
        var processorTime = server.ProcessorTime - before;
        return
        [
            new Figure("requests/s", result.RequestsPerSecond, IsMoreBetter: true),
            new Figure("p50 ms", result.P50Ms, IsMoreBetter: false),
            new Figure("p99 ms", result.P99Ms, IsMoreBetter: false),
            new Figure("processor us per request", processorTime.TotalMicroseconds / result.Requests,
                IsMoreBetter: false),
        ];
    }
}
