using System.Runtime.InteropServices;
using WebCoord.Core.Sessions;

namespace WebCoord.Core.Tree;

/// <summary>
/// A node of the tree. To readers it never changes; only a <see cref="TreeBuilder"/> changes nodes, those of its own
/// edition. It does not know its path, only its own name, so that a subtree is shared between states whole.
/// </summary>
public sealed class Znode
{
    private byte[]? _data;

    /// <summary>The last segment of the path; empty for the root.</summary>
    public required string Name { get; init; }

    /// <summary>Null and empty are different. Setting it does not copy a whole array.</summary>
    public ReadOnlyMemory<byte>? Data
    {
        // A bare null would become empty memory here: memory converts from a null array.
        get => _data is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(_data);
        internal set
        {
            _data = value is { } memory ? WholeArray(memory) : null;
            DataDigest = _data is null ? 0 : StateDigest.OfBytes(_data);
        }
    }

    public Acl Acl { get; internal set; } = Acl.Open;

    public ChildMap Children { get; internal set; } = ChildMap.Empty;

    public Zxid Czxid { get; internal init; }

    public Zxid Mzxid { get; internal set; }

    public Zxid Pzxid { get; internal set; }

    public long Ctime { get; internal init; }

    public long Mtime { get; internal set; }

    public int Version { get; internal set; }

    public int Aversion { get; internal set; }

    public NodeKind Kind { get; internal init; }

    /// <summary>Whether the sum of digests lacks this node for the moment: see <see cref="TreeBuilder"/>.</summary>
    internal bool IsOpen { get; set; }

    /// <summary>How many children were ever created here, never lowered: the counter of sequential names, and what
    /// cversion is made of (zookeeper-protocol sections 4.3 and 4.4). The first nodes of the tree were not counted.
    /// </summary>
    public long ChildCreations { get; internal set; }

    public SessionId EphemeralOwner { get; internal init; }

    public long TtlMs { get; internal init; }

    /// <summary>The log clock when the data was last set, ms: TTLs and the age of unused containers count from it.
    /// </summary>
    public long SetAtMs { get; internal set; }

    /// <summary>In which edition the node was made, and may be changed: see <see cref="TreeBuilder"/>.</summary>
    internal long Edition { get; init; }

    /// <summary>Sums over this node and all below it.</summary>
    internal SubtreeSums Subtree => SubtreeSums.OfOne(this) + Children.Sums;

    /// <summary>The digest of the data, kept because a parent's stat changes far more often than its data.</summary>
    internal ulong DataDigest { get; private set; }

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

    /// <summary>This node, or a copy that may be changed in an edition.</summary>
    internal Znode Editable(long edition) => Edition == edition ? this : new Znode
    {
        Name = Name,
        _data = _data,
        DataDigest = DataDigest,
        Acl = Acl,
        Children = Children,
        Czxid = Czxid,
        Mzxid = Mzxid,
        Pzxid = Pzxid,
        Ctime = Ctime,
        Mtime = Mtime,
        Version = Version,
        Aversion = Aversion,
        Kind = Kind,
        ChildCreations = ChildCreations,
        EphemeralOwner = EphemeralOwner,
        TtlMs = TtlMs,
        SetAtMs = SetAtMs,
        Edition = edition,
    };

    private static byte[] WholeArray(ReadOnlyMemory<byte> memory)
    {
        return MemoryMarshal.TryGetArray(memory, out var segment) && segment.Array is { } array
            && segment.Offset == 0 && segment.Count == array.Length
            ? array
            : memory.ToArray();
    }
}
