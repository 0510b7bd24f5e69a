using WebCoord.Core.Sessions;

namespace WebCoord.Core.Tree;

/// <summary>The numbers that clients see about a node (zookeeper-protocol section 4.1).</summary>
public readonly record struct Stat
{
    /// <summary>Zxid that created the node.</summary>
    public Zxid Czxid { get; init; }

    /// <summary>Zxid that last set the data; creation counts.</summary>
    public Zxid Mzxid { get; init; }

    /// <summary>Zxid that last created or deleted a direct child; creation of the node itself counts.</summary>
    public Zxid Pzxid { get; init; }

    /// <summary>Wall time of creation, ms since 1970.</summary>
    public long Ctime { get; init; }

    /// <summary>Wall time of the last setting of the data, ms since 1970.</summary>
    public long Mtime { get; init; }

    /// <summary>Number of times the data was set; wraps to negative numbers past Int32.MaxValue.</summary>
    public int Version { get; init; }

    /// <summary>Creations plus deletions of direct children; -1 for a root never touched.</summary>
    public int Cversion { get; init; }

    /// <summary>Number of times the ACL was set.</summary>
    public int Aversion { get; init; }

    /// <summary>The session that an ephemeral node belongs to; none for any other kind.</summary>
    public SessionId EphemeralOwner { get; init; }

    /// <summary>Bytes of data; 0 for null data too.</summary>
    public int DataLength { get; init; }

    /// <summary>Direct children.</summary>
    public int NumChildren { get; init; }

    public NodeKind Kind { get; init; }

    /// <summary>For a TTL node, how long it may stay unset and childless, in ms; otherwise 0.</summary>
    public long TtlMs { get; init; }
}
