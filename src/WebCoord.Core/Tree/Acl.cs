using System.Collections.Immutable;

namespace WebCoord.Core.Tree;

/// <summary>What an ACL entry allows; ZooKeeper's bits (zookeeper-protocol section 9.1).</summary>
[Flags]
public enum Permissions
{
    None = 0,

    /// <summary>Read data, list children, read the ACL, check a version.</summary>
    Read = 1,

    /// <summary>Set the data.</summary>
    Write = 2,

    /// <summary>Create children.</summary>
    Create = 4,

    /// <summary>Delete children.</summary>
    Delete = 8,

    /// <summary>Read and set the ACL.</summary>
    Admin = 16,

    All = Read | Write | Create | Delete | Admin,
}

/// <summary>One line of an ACL: what the identity <paramref name="Id"/> of <paramref name="Scheme"/> may do. Bits
/// beyond <see cref="Permissions.All"/> are kept as they came, as in ZooKeeper.</summary>
public readonly record struct AclEntry(Permissions Permissions, string Scheme, string Id);

/// <summary>Who a caller is, as one authentication scheme knows it; a caller may have several.</summary>
public readonly record struct Identity(string Scheme, string Id)
{
    /// <summary>Passes every check. Granted by the front end, never usable in an ACL.</summary>
    public static Identity Super { get; } = new("super", "");
}

/// <summary>
/// The access control list of a node: immutable, compared by content. Entries of scheme <c>auth</c> never get here:
/// <see cref="AclSchemes.Expand"/> replaces them when the ACL is set.
/// </summary>
public sealed class Acl(ImmutableArray<AclEntry> entries) : IEquatable<Acl>
{
    private static AclEntry OpenEntry => new(Permissions.All, "world", "anyone");

    /// <summary>Everybody may do everything: what a node gets when nothing else is said.</summary>
    public static Acl Open { get; } = new([OpenEntry]);

    /// <summary>Everybody may read, nobody but super may do more.</summary>
    public static Acl ReadOnly { get; } = new([new AclEntry(Permissions.Read, "world", "anyone")]);

    public ImmutableArray<AclEntry> Entries { get; } = entries;

    /// <summary>Bytes of its schemes and ids; 0 for the ACL that all open nodes share.</summary>
    internal long Weight { get; } = WeightOf(entries);

    /// <summary>Whether one of the needed permissions is granted to one of the identities.</summary>
    public bool Permits(Permissions needed, ImmutableArray<Identity> identities)
    {
        if (ReferenceEquals(this, Open) || Entries.IsEmpty)
        {
            return true;
        }

        foreach (var entry in Entries)
        {
            if ((entry.Permissions & needed) != 0 && AclSchemes.Matches(entry, identities))
            {
                return true;
            }
        }

        return !identities.IsDefault && identities.Contains(Identity.Super);
    }

    public bool Equals(Acl? other) => other is not null && Entries.AsSpan().SequenceEqual(other.Entries.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as Acl);

    public override int GetHashCode() => Entries.Length;

    private static long WeightOf(ImmutableArray<AclEntry> entries)
    {
        if (entries.IsDefault || (entries.Length == 1 && entries[0] == OpenEntry))
        {
            return 0;
        }

        return entries.Sum(entry => (long)sizeof(char) * (entry.Scheme.Length + entry.Id.Length));
    }
}
