namespace WebCoord.Core.Commands;

/// <summary>What a precondition compares.</summary>
public enum PreconditionKind
{
    /// <summary>Nothing: the operation goes ahead.</summary>
    None = 0,

    /// <summary>The version alone, as in ZooKeeper.</summary>
    Version = 1,

    /// <summary>The version and the zxid of an entity tag: a deleted and re-created node never matches.</summary>
    Tag = 2,

    /// <summary>The node must exist.</summary>
    Exists = 3,

    /// <summary>The node must not exist.</summary>
    Absent = 4,
}

/// <summary>
/// What must hold for an operation to go ahead, judged at apply. For data the tag is mzxid and version, for an ACL
/// czxid and aversion. A version on a missing node gives <see cref="ErrorCode.NoNode"/>; a tag or
/// <see cref="Exists"/> on a missing node gives <see cref="ErrorCode.BadVersion"/>; <see cref="Absent"/> on a node that
/// is there gives <see cref="ErrorCode.NodeExists"/>.
/// </summary>
public readonly record struct Precondition
{
    public PreconditionKind Kind { get; private init; }

    public int Version { get; private init; }

    /// <summary>The mzxid or czxid of a tag.</summary>
    public Zxid Zxid { get; private init; }

    public static Precondition None => default;

    public static Precondition Exists => new() { Kind = PreconditionKind.Exists };

    public static Precondition Absent => new() { Kind = PreconditionKind.Absent };

    /// <summary>ZooKeeper's check: -1 stands for any version.</summary>
    public static Precondition OfVersion(int version) =>
        version == -1 ? None : new() { Kind = PreconditionKind.Version, Version = version };

    public static Precondition OfTag(Zxid zxid, int version) =>
        new() { Kind = PreconditionKind.Tag, Zxid = zxid, Version = version };

    /// <summary>Judges a node that exists.</summary>
    internal ErrorCode Judge(Zxid zxid, int version) => Kind switch
    {
        PreconditionKind.Version => version == Version ? ErrorCode.Ok : ErrorCode.BadVersion,
        PreconditionKind.Tag => version == Version && zxid == Zxid ? ErrorCode.Ok : ErrorCode.BadVersion,
        PreconditionKind.Absent => ErrorCode.NodeExists,
        _ => ErrorCode.Ok,
    };

    /// <summary>Judges a node that does not exist, for an operation that cannot do without it.</summary>
    internal ErrorCode JudgeMissing() => Kind switch
    {
        PreconditionKind.Tag or PreconditionKind.Exists => ErrorCode.BadVersion,
        _ => ErrorCode.NoNode,
    };
}
