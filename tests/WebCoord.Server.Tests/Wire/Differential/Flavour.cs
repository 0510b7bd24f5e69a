namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>What a sequence is about.</summary>
internal enum Flavour
{
    /// <summary>Watches of all kinds on nodes that everybody may do everything with.</summary>
    Watches,

    /// <summary>Watches on nodes that everybody may read, but not write, delete or administer.</summary>
    ReadableAcls,

    /// <summary>All kinds of ACLs and credentials, and no watches.</summary>
    Acls,

    /// <summary>Watches on nodes that not everybody may read, with two connections that see all others.</summary>
    UnreadableAcls,
}
