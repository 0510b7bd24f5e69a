using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>What an ACL entry allows.</summary>
internal enum PermissionName
{
    /// <summary>Read the data and the ACL, list the children.</summary>
    Read = 1,

    /// <summary>Set the data.</summary>
    Write = 2,

    /// <summary>Create children.</summary>
    Create = 4,

    /// <summary>Delete children.</summary>
    Delete = 8,

    /// <summary>Read and set the ACL.</summary>
    Admin = 16,
}

/// <summary>One line of an ACL.</summary>
internal sealed record AclEntryBody
{
    /// <summary><c>world</c>, <c>auth</c>, <c>digest</c>, <c>ip</c> or <c>x509</c>.</summary>
    public string? Scheme { get; init; }

    /// <summary>Whom the scheme means: <c>anyone</c> for world, <c>user:base64(sha1(user:password))</c> for digest, an
    /// address or network for ip; not needed for auth, which stands for the caller's own credentials.</summary>
    public string? Id { get; init; }

    public IReadOnlyList<PermissionName>? Permissions { get; init; }

    public static AclEntryBody From(AclEntry entry) => new()
    {
        Scheme = entry.Scheme,
        Id = entry.Id,
        Permissions = [.. Enum.GetValues<PermissionName>().Where(name => ((int)entry.Permissions & (int)name) != 0)],
    };

    /// <summary>The entry, which must have passed the validator.</summary>
    public AclEntry ToEntry() =>
        new((Permissions)(Permissions ?? []).Aggregate(0, (bits, name) => bits | (int)name), Scheme!, Id ?? "");
}
