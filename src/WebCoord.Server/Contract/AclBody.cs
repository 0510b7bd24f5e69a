using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>The ACL of a node.</summary>
internal sealed record AclBody
{
    public required string Path { get; init; }

    /// <summary>The entries; who lacks ADMIN sees <c>x</c> in place of password hashes.</summary>
    public required IReadOnlyList<AclEntryBody> Acl { get; init; }

    /// <summary>The tag of the ACL, as the ETag header has it, quotes included.</summary>
    public required string Etag { get; init; }

    public static AclBody From(ZnodePath path, Acl acl, in Stat stat) => new()
    {
        Path = path.Value,
        Acl = [.. acl.Entries.Select(AclEntryBody.From)],
        Etag = EntityTag.Of(TagView.Acl, stat).ToString(),
    };
}

/// <summary>An ACL to set.</summary>
internal sealed record PutAclBody
{
    public IReadOnlyList<AclEntryBody>? Acl { get; init; }
}
