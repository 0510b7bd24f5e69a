namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>A difference between ZooKeeper 3.8.0 and what the protocol demands of WebCoord.</summary>
/// <param name="Name">What differs, for the report.</param>
/// <param name="Section">The section of the protocol that allows it.</param>
/// <param name="Covers">Whether a disagreement is this one.</param>
internal sealed record AllowedDifference(string Name, string Section, Func<Disagreement, bool> Covers)
{
    /// <summary>Whether the servers are in different states after it.</summary>
    public Func<Disagreement, bool> Ends { get; init; } = _ => false;
}
