using System.Runtime.InteropServices;
using WebCoord.Core.Sessions;

namespace WebCoord.Core.Tree;

/// <summary>
/// A node of the tree: immutable; a change makes a new one with <c>with</c>. It does not know its path, only its own
/// name, so that a subtree is shared between states whole.
/// </summary>
public sealed record Znode
{
    private readonly byte[]? _data;

    /// <summary>The last segment of the path; empty for the root.</summary>
    public required string Name { get; init; }

    /// <summary>Null and empty are different. Setting it does not copy a whole array.</summary>
    public ReadOnlyMemory<byte>? Data
    {
        // A bare null would become empty memory here: memory converts from a null array.
        get => _data is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(_data);
        init
        {
            _data = value is { } memory ? WholeArray(memory) : null;
            DataDigest = _data is null ? 0 : StateDigest.OfBytes(_data);
        }
    }

    public required Acl Acl { get; init; }

    public ChildMap Children { get; init; } = ChildMap.Empty;

    public Zxid Czxid { get; init; }

    public Zxid Mzxid { get; init; }

    public Zxid Pzxid { get; init; }

    public long Ctime { get; init; }

    public long Mtime { get; init; }

    public int Version { get; init; }

    public int Aversion { get; init; }

    public NodeKind Kind { get; init; }

    /// <summary>How many children were ever created here, never lowered: the counter of sequential names, and what
    /// cversion is made of (zookeeper-protocol sections 4.3 and 4.4). The first nodes of the tree were not counted.
    /// </summary>
    public long ChildCreations { get; init; }

    public SessionId EphemeralOwner { get; init; }

    public long TtlMs { get; init; }

    /// <summary>The log clock when the data was last set, ms: TTLs and the age of unused containers count from it.
    /// </summary>
    public long SetAtMs { get; init; }

    /// <summary>Sums over this node and all below it; kept by <see cref="DataTree"/>.</summary>
    internal SubtreeSums Subtree { get; init; }

    /// <summary>The digest of the data, kept because a parent's stat changes far more often than its data.</summary>
    internal ulong DataDigest { get; private init; }

    /// <summary>Nodes below this one, at any depth.</summary>
    public long Descendants => Subtree.Nodes - 1;

    public int DataLength => _data?.Length ?? 0;

    /// <summary>Creations plus deletions of children, from which deletions follow: 2 x creations - children.</summary>
    public int Cversion => unchecked((int)((2 * ChildCreations) - Children.Count));

    public Stat Stat => new()
    {
        Czxid = Czxid,
        Mzxid = Mzxid,
        Pzxid = Pzxid,
        Ctime = Ctime,
        Mtime = Mtime,
        Version = Version,
        Cversion = Cversion,
        Aversion = Aversion,
        EphemeralOwner = EphemeralOwner,
        DataLength = DataLength,
        NumChildren = Children.Count,
        Kind = Kind,
        TtlMs = TtlMs,
    };

    /// <summary>Whether the time of a container or TTL node has come (zookeeper-protocol sections 10.3 and 10.4; TTLs
    /// go by the log clock).</summary>
    public bool IsReapable(long logClockMs, Settings settings)
    {
        var ageMs = logClockMs - SetAtMs;
        return Children.Count == 0 && Kind switch
        {
            NodeKind.Ttl => ageMs > TtlMs,
            NodeKind.Container => ChildCreations > 0
                || (settings.ContainerNeverUsedMs > 0 && ageMs > settings.ContainerNeverUsedMs),
            _ => false,
        };
    }

    private static byte[] WholeArray(ReadOnlyMemory<byte> memory)
    {
        return MemoryMarshal.TryGetArray(memory, out var segment) && segment.Array is { } array
            && segment.Offset == 0 && segment.Count == array.Length
            ? array
            : memory.ToArray();
    }
}
