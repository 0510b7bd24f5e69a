using WebCoord.Benchmarks.Wire.Servers;

namespace WebCoord.Benchmarks.Wire.Rows;

/// <summary>A row whose servers take turns, so that whatever else the machine does meets them all; medians count.
/// </summary>
internal abstract class AlternatingRow(string name, bool isCeiling = false) : Row(name, isCeiling)
{
    public override Task<Figure[][]> MeasureAsync(IReadOnlyList<WireServer> servers, Pace pace)
    {
        var turns = new List<Figure[][]>();
        for (var turn = 0; turn <= pace.Turns; turn++)
        {
            turns.Add([.. servers.Select(server => MeasureNamed(server, turn, pace.Turn))]);
        }

        // The first turn of each is the warm-up, in which its code is compiled for good.
        turns.RemoveAt(0);
        return Task.FromResult(servers
            .Select((_, server) => Median([.. turns.Select(turn => turn[server])]))
            .ToArray());
    }

    protected abstract Figure[] Measure(WireServer server, int turn, TimeSpan duration);

    /// <summary>The same measures come in the same order in every turn.</summary>
    protected static Figure[] Median(IReadOnlyList<Figure[]> turns) =>
    [
        .. turns[0].Select((figure, index) => figure with
        {
            Value = turns.Select(turn => turn[index].Value).Order().ElementAt(turns.Count / 2),
        }),
    ];

    /// <summary>A wrong answer is told with the name of the server that gave it.</summary>
    private Figure[] MeasureNamed(WireServer server, int turn, TimeSpan duration)
    {
        try
        {
            return Measure(server, turn, duration);
        }
        catch (InvalidOperationException failure)
        {
            throw new InvalidOperationException($"{Name} on {server.Name}: {failure.Message}", failure);
        }
    }
}
