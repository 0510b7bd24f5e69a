using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Model;

/// <summary>A node as a plain bag of numbers.</summary>
internal sealed class ReferenceNode
{
    public byte[]? Data { get; set; }

    public required Acl Acl { get; set; }

    public Zxid Czxid { get; init; }

    public Zxid Mzxid { get; set; }

    public Zxid Pzxid { get; set; }

    public long Ctime { get; init; }

    public long Mtime { get; set; }

    public long SetAtMs { get; set; }

    public int Version { get; set; }

    public int Aversion { get; set; }

    public NodeKind Kind { get; init; }

    public long Creations { get; set; }

    public SessionId Owner { get; init; }

    public long TtlMs { get; init; }

    public ReferenceNode Copy() => (ReferenceNode)MemberwiseClone();

    public Stat Stat(int children) => new()
    {
        Czxid = Czxid,
        Mzxid = Mzxid,
        Pzxid = Pzxid,
        Ctime = Ctime,
        Mtime = Mtime,
        Version = Version,
        Cversion = (int)((2 * Creations) - children),
        Aversion = Aversion,
        EphemeralOwner = Owner,
        DataLength = Data?.Length ?? 0,
        NumChildren = children,
        Kind = Kind,
        TtlMs = TtlMs,
    };
}

internal sealed record ReferenceSession(int TimeoutMs, long LastTouchMs, byte[] Key, SessionOwner Owner);

/// <summary>Ends a command: nothing of it happens.</summary>
internal sealed class RefusedException(ErrorCode error, int operation = -1) : Exception(error.ToString())
{
    public ErrorCode Error => error;

    /// <summary>The operation of a transaction that failed; -1 for the command itself.</summary>
    public int Operation => operation;
}
