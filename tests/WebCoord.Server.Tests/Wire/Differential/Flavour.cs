namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>What a sequence is about. Watches and denied reads do not meet in one sequence, but where the comparison
/// can tell what 3.8.0 does otherwise there.</summary>
internal enum Flavour
{
    /// <summary>Watches of all kinds on nodes that everybody may do everything with.</summary>
    Watches,

    /// <summary>Watches on nodes that everybody may read, but not write, delete or administer.</summary>
    ReadableAcls,

    /// <summary>All kinds of ACLs and credentials, and no watches.</summary>
    Acls,
}
