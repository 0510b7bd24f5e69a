using System.Globalization;
using WebCoord.Benchmarks.Wire.Load;
using WebCoord.Benchmarks.Wire.Servers;

namespace WebCoord.Benchmarks.Wire.Rows;

/// <summary>What very many nodes cost: their memory, and the time a restart takes until a session can be opened.
/// It works on servers of its own, one after the other.</summary>
internal sealed class ManyNodesRow(string name) : Row(name)
{
    private const int Restarts = 3;

    public override async Task<Figure[][]> MeasureAsync(IReadOnlyList<WireServer> servers, Pace pace)
    {
        var figures = new List<Figure[]>();
        foreach (var kind in servers)
        {
            await using var server = kind.Another(kind.Folder + "-" + Name);
            figures.Add(await MeasureAsync(server, pace.ManyNodes));
        }

        return [.. figures];
    }

    private static async Task<Figure[]> MeasureAsync(WireServer server, int nodes)
    {
        await server.StartAsync();
        BenchmarkTree.CreateOn(server.Address);
        var before = await server.LiveHeapAsync();
        Create(server, nodes);
        var heap = await server.LiveHeapAsync() - before;
        var restarts = new List<double>();
        while (restarts.Count < Restarts)
        {
            await server.StopAsync();
            restarts.Add((await server.StartAsync()).TotalSeconds);
        }

        var heapAfterRestart = await server.LiveHeapAsync() - before;
        var count = nodes.ToString("N0", CultureInfo.InvariantCulture);
        return
        [
            new Figure($"live heap bytes per node of {count}", (double)heap / nodes, IsMoreBetter: false),
            new Figure("the same after a restart", (double)heapAfterRestart / nodes, IsMoreBetter: false),
            new Figure("restart s", restarts.Order().ElementAt(Restarts / 2), IsMoreBetter: false),
        ];
    }

    private static void Create(WireServer server, int nodes)
    {
        var rings = Enumerable.Range(0, BenchmarkTree.Connections)
            .Select(connection => BenchmarkTree.Creates(connection, firstName: 0));
        using var generator = new LoadGenerator(
            server.Address, rings, BenchmarkTree.InFlight, nodes / BenchmarkTree.Connections);
        generator.RunToEnd();
    }
}
