namespace WebCoord.Scaleout.Tests.Cluster;

/// <summary>What is special about a <see cref="ServerCluster"/>.</summary>
internal sealed record ClusterSetup
{
    public int Count { get; init; } = 3;

    /// <summary>Arguments of every instance beside the usual ones; they win.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Arguments of one instance, by its number; they win over all others.</summary>
    public Func<int, IReadOnlyList<string>> ArgumentsOf { get; init; } = _ => [];
}
