using System.Collections.Immutable;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Tree;

public sealed class AclTests
{
    private static readonly Identity Local = new("ip", "127.0.0.1");
    private static readonly Identity User = AclSchemes.Digest("user:pass");

    [Theory]
    [InlineData("user:pass", "user:smGaoVKd/cQkjm7b88GyorAUz20=")]
    [InlineData("super:test", "super:D/InIHSb7yEEbrWz8b9l71RjZJU=")]
    public void The_digest_of_a_credential_is_ZooKeeper_s(string credential, string id) =>
        Assert.Equal(new Identity("digest", id), AclSchemes.Digest(credential));

    [Fact]
    public void The_user_ends_at_the_first_colon_and_without_one_the_whole_is_the_user()
    {
        Assert.StartsWith("a:", AclSchemes.Digest("a:b:c").Id, StringComparison.Ordinal);
        Assert.StartsWith("nocolon:", AclSchemes.Digest("nocolon").Id, StringComparison.Ordinal);
        Assert.StartsWith(":", AclSchemes.Digest(":x").Id, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("world", "anyone", true)]
    [InlineData("world", "someone", false)]
    [InlineData("world", "", false)]
    [InlineData("digest", "a:b", true)]
    [InlineData("digest", ":b", true)]
    [InlineData("digest", "a", false)]
    [InlineData("digest", "a:", false)]
    [InlineData("digest", "a:b:c", false)]
    [InlineData("ip", "10.1.2.3", true)]
    [InlineData("ip", "10.1.2.3/0", true)]
    [InlineData("ip", "10.1.2.3/32", true)]
    [InlineData("ip", "10.1.2.3/33", false)]
    [InlineData("ip", "10.1.2.3/-1", false)]
    [InlineData("ip", "10.1.2.3/", false)]
    [InlineData("ip", "10.1.2", false)]
    [InlineData("ip", "10.1.2.256", false)]
    [InlineData("ip", "0.0.0.0", true)]
    [InlineData("ip", "255.255.255.255", true)]
    [InlineData("ip", "::", true)]
    [InlineData("ip", "::ffff:10.1.2.3", true)]
    [InlineData("ip", "1:2:3:4:5:6:7:8/127", true)]
    [InlineData("ip", "FE80::A", true)]
    [InlineData("ip", "10.1.2.03", false)]
    [InlineData("ip", "010.1.2.3", false)]
    [InlineData("ip", "0x0a.1.2.3", false)]
    [InlineData("ip", "10.1.2.3.4", false)]
    [InlineData("ip", "10.1.2.3.", false)]
    [InlineData("ip", ".1.2.3", false)]
    [InlineData("ip", "10.1.2. 3", false)]
    [InlineData("ip", "10.1.2.+3", false)]
    [InlineData("ip", "10.1..3", false)]
    [InlineData("ip", "10.1.2.1000", false)]
    [InlineData("ip", "7", false)]
    [InlineData("ip", "fe80::1%1", false)]
    [InlineData("ip", "[fe80::1]", false)]
    [InlineData("ip", "fe80::1::2", false)]
    [InlineData("ip", "::ffff:10.1.2.03", false)]
    [InlineData("ip", "::ffff:10.1.2", false)]
    [InlineData("ip", "12345::", false)]
    [InlineData("ip", "10.1.2.3/+8", false)]
    [InlineData("ip", "10.1.2.3/8/8", false)]
    [InlineData("ip", ":", false)]
    [InlineData("ip", "localhost", false)]
    [InlineData("ip", "", false)]
    [InlineData("ip", "fe80::1", true)]
    [InlineData("ip", "fe80::/128", true)]
    [InlineData("ip", "fe80::/129", false)]
    [InlineData("x509", "CN=client", true)]
    [InlineData("x509", "", false)]
    [InlineData("x509", "cn = a , O=b", true)]
    [InlineData("x509", "CN=a+OU=b;O=c", true)]
    [InlineData("x509", "UID=x,DC=example,1.2.840.113549.1.9.1=#1603614062", true)]
    [InlineData("x509", "OID.2.5.4.3=a=b#c", true)]
    [InlineData("x509", "CN=,O=b", true)]
    [InlineData("x509", "CN=\"a,b\" ,O=\\,\\C3\\BC\\ ", true)]
    [InlineData("x509", " ", false)]
    [InlineData("x509", "client", false)]
    [InlineData("x509", "=client", false)]
    [InlineData("x509", "FOO=client", false)]
    [InlineData("x509", "3.1=client", false)]
    [InlineData("x509", "1.=client", false)]
    [InlineData("x509", "CN=a,", false)]
    [InlineData("x509", "CN=a,,O=b", false)]
    [InlineData("x509", "CN=a+b", false)]
    [InlineData("x509", "CN=a<b", false)]
    [InlineData("x509", "CN=a\"b", false)]
    [InlineData("x509", "CN=\"a", false)]
    [InlineData("x509", "CN=\"a\"b", false)]
    [InlineData("x509", "CN=\"a\\z\"", false)]
    [InlineData("x509", "CN=#0", false)]
    [InlineData("x509", "CN=#", false)]
    [InlineData("x509", "CN=#zz", false)]
    [InlineData("x509", "CN=a\\", false)]
    [InlineData("x509", "CN=a\\z", false)]
    [InlineData("super", "", false)]
    [InlineData("super", "anyone", false)]
    [InlineData("unknown", "x", false)]
    [InlineData("", "", false)]
    public void Each_scheme_allows_its_own_ids(string scheme, string id, bool valid)
    {
        var expanded = AclSchemes.Expand(Acl(new AclEntry(Permissions.All, scheme, id)), [], out var problem);
        Assert.Equal(valid, expanded is not null);
        Assert.Equal(valid, problem is null);
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.4", false)]
    [InlineData("10.1.2.0/24", "10.1.2.255", true)]
    [InlineData("10.1.2.0/24", "10.1.3.0", false)]
    [InlineData("10.1.2.0/23", "10.1.3.0", true)]
    [InlineData("10.1.2.0/25", "10.1.2.128", false)]
    [InlineData("10.1.2.3/31", "10.1.2.2", true)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("::/0", "127.0.0.1", false)]
    [InlineData("2001:db8::/33", "2001:db8:7fff::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    [InlineData("::1", "::1", true)]
    public void An_address_matches_its_network_of_the_same_family(string network, string address, bool matches)
    {
        var acl = Acl(new AclEntry(Permissions.Read, "ip", network));
        Assert.Equal(matches, acl.Permits(Permissions.Read, [new Identity("ip", address)]));
    }

    [Fact]
    public void An_empty_ACL_and_one_that_was_never_given_are_invalid()
    {
        Assert.Null(AclSchemes.Expand(Acl(), [User], out var problem));
        Assert.Equal("the ACL has no entries", problem);
        Assert.Null(AclSchemes.Expand(new Acl(default), [User], out _));
    }

    [Fact]
    public void Auth_stands_for_every_authenticated_identity_and_not_for_the_address()
    {
        var other = new Identity("x509", "CN=client");
        var acl = Acl(new AclEntry(Permissions.Read | Permissions.Write, "auth", "ignored"));
        var expanded = AclSchemes.Expand(acl, [Local, User, other], out _);
        var expected = Acl(
            new AclEntry(Permissions.Read | Permissions.Write, User.Scheme, User.Id),
            new AclEntry(Permissions.Read | Permissions.Write, other.Scheme, other.Id));
        Assert.Equal(expected, expanded);
    }

    [Fact]
    public void Auth_without_any_authenticated_identity_is_invalid()
    {
        var acl = Acl(new AclEntry(Permissions.All, "auth", ""));
        Assert.Null(AclSchemes.Expand(acl, [Local], out _));
        Assert.Null(AclSchemes.Expand(acl, [Identity.Super], out _));
        Assert.Null(AclSchemes.Expand(acl, default, out _));
    }

    [Fact]
    public void Duplicates_are_dropped_and_the_first_keeps_its_place()
    {
        var world = new AclEntry(Permissions.Read, "world", "anyone");
        var user = new AclEntry(Permissions.All, User.Scheme, User.Id);
        var auth = new AclEntry(Permissions.All, "auth", "");
        Assert.Equal(Acl(world, user), AclSchemes.Expand(Acl(world, user, world, auth), [User], out _));
        Assert.Equal(Acl(user, world), AclSchemes.Expand(Acl(auth, user, world), [User], out _));
    }

    [Fact]
    public void Permission_bits_are_not_judged()
    {
        var acl = Acl(new AclEntry((Permissions)0x40, "world", "anyone"));
        Assert.Equal(acl, AclSchemes.Expand(acl, [], out _));
        Assert.False(acl.Permits(Permissions.All, [User]));
    }

    [Fact]
    public void One_of_the_needed_permissions_is_enough()
    {
        var acl = Acl(new AclEntry(Permissions.Admin, "world", "anyone"));
        Assert.True(acl.Permits(Permissions.Read | Permissions.Admin, []));
        Assert.False(acl.Permits(Permissions.Read, []));
    }

    [Fact]
    public void An_identity_counts_only_under_its_own_scheme()
    {
        var acl = Acl(new AclEntry(Permissions.All, "digest", User.Id));
        Assert.True(acl.Permits(Permissions.Write, [Local, User]));
        Assert.False(acl.Permits(Permissions.Write, [new Identity("sasl", User.Id)]));
        Assert.False(acl.Permits(Permissions.Write, default));
    }

    [Fact]
    public void Super_passes_every_check_but_is_nothing_an_entry_can_name()
    {
        var acl = Acl(new AclEntry(Permissions.None, "digest", "nobody:x"));
        Assert.True(acl.Permits(Permissions.Admin, [Identity.Super]));
        Assert.False(acl.Permits(Permissions.Admin, [new Identity("digest", "super:x")]));
    }

    [Fact]
    public void Hashes_are_hidden_from_those_without_ADMIN_and_nothing_else_is()
    {
        var acl = Acl(
            new AclEntry(Permissions.Read, "digest", "user:hash"),
            new AclEntry(Permissions.Write, "digest", ":hash"),
            new AclEntry(Permissions.All, "ip", "fe80::1"),
            new AclEntry(Permissions.Read, "world", "anyone"));
        Assert.Equal(["user:x", ":x", "fe80::1", "anyone"], AclSchemes.Masked(acl).Entries.Select(entry => entry.Id));
    }

    [Fact]
    public void ACLs_compare_by_content()
    {
        var entry = new AclEntry(Permissions.Read, "world", "anyone");
        Assert.Equal(Acl(entry), Acl(entry));
        Assert.Equal(Acl(entry).GetHashCode(), Acl(entry).GetHashCode());
        Assert.NotEqual(Acl(entry), Acl(entry, entry));
    }

    private static Acl Acl(params ImmutableArray<AclEntry> entries) => new(entries);

    [Fact]
    public void An_ACL_has_at_most_a_thousand_entries()
    {
        var most = Enumerable.Range(0, AclSchemes.MaxEntries)
            .Select(i => new AclEntry(Permissions.Read, "ip", $"10.0.{i / 256}.{i % 256}")).ToImmutableArray();
        Assert.NotNull(AclSchemes.Expand(new Acl(most), [], out _));
        var more = new Acl(most.Add(new AclEntry(Permissions.Read, "ip", "10.1.0.0")));
        Assert.Null(AclSchemes.Expand(more, [], out var problem));
        Assert.Contains("1000", problem, StringComparison.Ordinal);
    }
}
