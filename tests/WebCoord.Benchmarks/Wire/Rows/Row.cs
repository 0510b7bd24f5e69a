using WebCoord.Benchmarks.Wire.Servers;

namespace WebCoord.Benchmarks.Wire.Rows;

/// <summary>One thing to measure on each server, as a row of the table.</summary>
/// <param name="isCeiling">Whether it is about the server that does nothing, rather than about the others.</param>
internal abstract class Row(string name, bool isCeiling = false)
{
    public string Name { get; } = name;

    /// <summary>Whether it says something about this server.</summary>
    public bool IsFor(WireServer server) => server is BareWireServer == isCeiling;

    /// <summary>Measures the servers, all of which it is for; returns the figures of each in the same order.</summary>
    public abstract Task<Figure[][]> MeasureAsync(IReadOnlyList<WireServer> servers, Pace pace);
}
