namespace WebCoord.Benchmarks.Wire.Rows;

/// <summary>How long the benchmark takes over a row.</summary>
/// <param name="Turns">How often each server's turn comes, after one to warm up.</param>
/// <param name="Turn">How long one turn of throughput takes.</param>
/// <param name="ManyNodes">How many nodes the row about memory and restarts makes.</param>
internal sealed record Pace(int Turns, TimeSpan Turn, int ManyNodes)
{
    public static Pace Thorough { get; } = new(5, TimeSpan.FromSeconds(3), 1_000_000);

    public static Pace Quick { get; } = new(3, TimeSpan.FromSeconds(1), 100_000);
}
