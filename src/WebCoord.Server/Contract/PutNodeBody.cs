using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>Data to put into a node.</summary>
internal sealed record PutNodeBody
{
    /// <summary>The data; null or absent for null data.</summary>
    public string? Data { get; init; }

    /// <summary>How <see cref="Data"/> is written; utf8 unless said otherwise.</summary>
    public DataEncoding? Encoding { get; init; }
}

/// <summary>A node to create.</summary>
internal sealed record CreateNodeBody
{
    /// <summary>The data; null or absent for null data.</summary>
    public string? Data { get; init; }

    /// <summary>How <see cref="Data"/> is written; utf8 unless said otherwise.</summary>
    public DataEncoding? Encoding { get; init; }

    /// <summary>The kind of node, and whether a suffix of ten digits is appended; persistent unless said otherwise.
    /// </summary>
    public CreateMode? Mode { get; init; }

    /// <summary>For the TTL modes, and only there: 1 to 1,099,511,627,775 milliseconds.</summary>
    public long? TtlMs { get; init; }

    /// <summary>Who may do what; everybody everything unless said otherwise.</summary>
    public IReadOnlyList<AclEntryBody>? Acl { get; init; }

    /// <summary>Whether missing ancestors are created too, as persistent nodes with the same ACL.</summary>
    public bool? CreateParents { get; init; }
}
