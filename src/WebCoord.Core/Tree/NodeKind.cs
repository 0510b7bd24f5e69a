namespace WebCoord.Core.Tree;

/// <summary>What makes a node go away by itself.</summary>
public enum NodeKind
{
    /// <summary>Nothing: it stays until it is deleted.</summary>
    Persistent = 0,

    /// <summary>The end of the session that created it.</summary>
    Ephemeral = 1,

    /// <summary>The deletion of its last child.</summary>
    Container = 2,

    /// <summary>Having no children and not having been set for longer than its TTL.</summary>
    Ttl = 3,
}
