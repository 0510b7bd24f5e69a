namespace WebCoord.Scaleout.Tests.Checking;

/// <summary>A node that was created once and never changed, as it is found in the end.</summary>
/// <param name="Zxid">That of its creation.</param>
internal sealed record Item(string Path, string Data, long Zxid);
