using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>What an operation of a transaction does.</summary>
internal enum OperationKind
{
    /// <summary>Nothing, but fails unless the node exists and the condition holds.</summary>
    Check = 0,

    /// <summary>Creates a node that must not exist.</summary>
    Create = 1,

    /// <summary>Sets the data of a node that must exist.</summary>
    Set = 2,

    /// <summary>Sets the data, or creates the node.</summary>
    Put = 3,

    /// <summary>Deletes a node without children.</summary>
    Delete = 4,

    /// <summary>Sets the ACL.</summary>
    SetAcl = 5,
}

/// <summary>One operation of a transaction. Which fields it may have depends on <see cref="Op"/>.</summary>
internal sealed record OperationBody
{
    public OperationKind? Op { get; init; }

    public string? Path { get; init; }

    /// <summary>ZooKeeper's version check; of the ACL for setAcl. Not together with <see cref="Etag"/>.</summary>
    public int? Version { get; init; }

    /// <summary>A tag as a node body or ETag header gave it, <c>*</c> for any node that exists, <c>"absent"</c> for
    /// none; of the ACL for setAcl.</summary>
    public string? Etag { get; init; }

    /// <summary>For create, set and put.</summary>
    public string? Data { get; init; }

    /// <summary>For create, set and put.</summary>
    public DataEncoding? Encoding { get; init; }

    /// <summary>For create.</summary>
    public CreateMode? Mode { get; init; }

    /// <summary>For create with a TTL mode.</summary>
    public long? TtlMs { get; init; }

    /// <summary>For create and setAcl.</summary>
    public IReadOnlyList<AclEntryBody>? Acl { get; init; }

    /// <summary>For create and put.</summary>
    public bool? CreateParents { get; init; }
}

/// <summary>Operations that are all done or none.</summary>
internal sealed record TransactionBody
{
    public IReadOnlyList<OperationBody>? Operations { get; init; }
}
