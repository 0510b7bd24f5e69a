using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace WebCoord.Core.Tree;

/// <summary>
/// The authentication schemes that an ACL may name (zookeeper-protocol section 9.2): which ids each allows and whom an
/// entry stands for.
/// </summary>
public static class AclSchemes
{
    /// <summary>Most entries of an ACL: each is looked at whenever the node is read or an event about it fires.
    /// </summary>
    public const int MaxEntries = 1_000;

    /// <summary>The identity that a name and a password give: ZooKeeper's digest scheme.</summary>
    /// <param name="credential"><c>user:password</c>; without a colon the whole is the user.</param>
    [SuppressMessage("Security", "CA5350", Justification = "ZooKeeper's digest scheme is SHA-1, and ACLs hold it.")]
    public static Identity Digest(string credential)
    {
        var hash = Convert.ToBase64String(SHA1.HashData(Encoding.UTF8.GetBytes(credential)));
        var colon = credential.IndexOf(':', StringComparison.Ordinal);
        return new Identity("digest", $"{(colon < 0 ? credential : credential[..colon])}:{hash}");
    }

    /// <summary>
    /// The ACL to store for the one that a client sent: entries of scheme <c>auth</c> stand for the sender's own
    /// identities, duplicates are dropped. Null when it is invalid; <paramref name="problem"/> says why.
    /// </summary>
    public static Acl? Expand(Acl acl, ImmutableArray<Identity> identities, out string? problem)
    {
        problem = acl.Entries.IsDefaultOrEmpty ? "the ACL has no entries"
            : acl.Entries.Length > MaxEntries ? $"the ACL has {acl.Entries.Length} entries; the most is {MaxEntries}"
            : null;
        if (problem is not null || acl.Equals(Acl.Open))
        {
            return problem is null ? Acl.Open : null;
        }

        var expanded = ImmutableArray.CreateBuilder<AclEntry>(acl.Entries.Length);
        var seen = new HashSet<AclEntry>();
        foreach (var entry in acl.Entries)
        {
            problem = EntryProblem(entry, identities);
            if (problem is not null)
            {
                return null;
            }

            if (entry.Scheme != "auth")
            {
                AddOnce(entry);
                continue;
            }

            foreach (var identity in identities.Where(IsAuthenticated))
            {
                AddOnce(new AclEntry(entry.Permissions, identity.Scheme, identity.Id));
            }
        }

        return new Acl(expanded.ToImmutable());

        void AddOnce(AclEntry entry)
        {
            if (seen.Add(entry))
            {
                expanded.Add(entry);
            }
        }
    }

    /// <summary>Whether one of the identities is whom the entry stands for.</summary>
    internal static bool Matches(AclEntry entry, ImmutableArray<Identity> identities)
    {
        if (entry is { Scheme: "world", Id: "anyone" })
        {
            return true;
        }

        if (identities.IsDefault)
        {
            return false;
        }

        foreach (var identity in identities)
        {
            if (identity.Scheme == entry.Scheme
                && (entry.Scheme == "ip" ? IsInNetwork(identity.Id, entry.Id) : identity.Id == entry.Id))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The ACL as a caller without ADMIN sees it: password hashes are hidden (section 9.4).</summary>
    public static Acl Masked(Acl acl) => new([.. acl.Entries.Select(Mask)]);

    private static AclEntry Mask(AclEntry entry)
    {
        var colon = entry.Id.IndexOf(':', StringComparison.Ordinal);
        return entry.Scheme == "digest" && colon >= 0 ? entry with { Id = entry.Id[..colon] + ":x" } : entry;
    }

    private static bool IsAuthenticated(Identity identity) => identity.Scheme is "digest" or "sasl" or "x509";

    private static string? EntryProblem(AclEntry entry, ImmutableArray<Identity> identities) => entry.Scheme switch
    {
        "world" => entry.Id == "anyone" ? null : "the scheme 'world' has the one id 'anyone'",
        "auth" => !identities.IsDefault && identities.Any(IsAuthenticated)
            ? null
            : "the scheme 'auth' stands for the caller's own credentials, and the caller has none",
        "digest" => IsDigestId(entry.Id) ? null : "an id of the scheme 'digest' is user:base64(sha1(user:password))",
        "ip" => IpNetwork.TryParse(entry.Id, out _)
            ? null
            : "an id of the scheme 'ip' is an address or address/bits",
        "x509" => DistinguishedName.IsValid(entry.Id)
            ? null
            : "an id of the scheme 'x509' is the subject of a certificate, such as CN=client,O=example",
        _ => $"the scheme '{entry.Scheme}' is not known; use world, auth, digest, ip or x509",
    };

    /// <summary>Two parts when split at ':' with trailing empty parts dropped, as Java's split does it.</summary>
    private static bool IsDigestId(string id) => id.TrimEnd(':').Split(':').Length == 2;

    private static bool IsInNetwork(string address, string network) =>
        IpNetwork.TryParse(network, out var range) && range.Contains(address);
}
