using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>ACLs and credentials, valid and invalid, that meet often enough.</summary>
internal sealed class AclGenerator(Chance chance, Flavour flavour)
{
    private static readonly string?[] DigestIds =
    [
        DigestOf("alice:a"), DigestOf("alice:a"), DigestOf("bob:b"), "alice:x", ":x", "alice", "alice:", "a:b:c", "",
        null, ":", "::", "a::", "a: ",
    ];

    private static readonly string?[] Addresses =
    [
        "127.0.0.1", "127.0.0.1", "127.0.0.0/8", "127.0.0.1/32", "0.0.0.0/0", "10.0.0.0/8", "127.0.0.1/33",
        "::1/129", "127.0.0.1/-1", "127.0.0.1/", "127.0.0.1/x", "127.0.0", "127.0.0.256", "127.0.0.1.1",
        "localhost", "", null, "/8", "127.0.0.1/8/8",
    ];

    private static readonly string?[] Names = ["", null, "anything"];

    public IReadOnlyList<WireAcl>? Any() => flavour switch
    {
        Flavour.Watches => chance.OneIn(40) ? chance.Of<IReadOnlyList<WireAcl>?>(null, []) : WireAcl.Open,
        Flavour.ReadableAcls => chance.OneIn(3) ? WireAcl.Open : [.. Readable()],
        Flavour.UnreadableAcls => chance.OneIn(3) ? WireAcl.Open : [.. Simple()],
        _ => chance.OneIn(3) ? WireAcl.Open : Wild(),
    };

    /// <summary>An auth packet. With an unknown scheme the connection ends.</summary>
    public PlannedRequest Credential() => chance.Weighted(
        (12, () => Plan.Auth("digest", chance.Of("alice:a", "bob:b"), closes: false)),
        (3, () => Plan.Auth("digest", ZooKeeperProcess.SuperCredential, closes: false)),
        (3, () => Plan.Auth("digest", chance.Of("alice", "", ":", "alice:a:a", "super:wrong"), closes: false)),
        (1, () => Plan.Auth("ip", chance.Of("", "10.0.0.1"), closes: false)),
        (1, () => Plan.Auth(chance.Of<string?>("world", "auth", "super", "nothing", "sasl", "", null), "alice:a",
            closes: true)),
        (1, () => Plan.Auth("digest", null, closes: true)));

    /// <summary>The id that a credential gives in the scheme digest.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "ZooKeeper's digest scheme is SHA-1.")]
    public static string DigestOf(string credential) => credential.Split(':')[0] + ":"
        + Convert.ToBase64String(SHA1.HashData(Encoding.UTF8.GetBytes(credential)));

    /// <summary>Everybody may read; what else anybody may do is open.</summary>
    private IEnumerable<WireAcl> Readable()
    {
        yield return new WireAcl(chance.Of(1, 1, 3, 5, 9, 17, 31), "world", "anyone");
        if (chance.OneIn(2))
        {
            yield return new WireAcl(chance.Below(32), "digest", DigestOf(chance.Of("alice:a", "bob:b")));
        }
    }

    /// <summary>Somebody may read, or nobody; everybody may do nearly all else.</summary>
    private IEnumerable<WireAcl> Simple()
    {
        yield return new WireAcl(chance.Of(30, 30, 30, 14), "world", "anyone");
        if (chance.OneIn(2))
        {
            yield return new WireAcl(chance.Of(1, 31), "digest", DigestOf(chance.Of("alice:a", "bob:b")));
        }

        if (chance.OneIn(6))
        {
            yield return new WireAcl(1, "ip", chance.Of("127.0.0.1", "127.0.0.0/8", "10.0.0.0/8"));
        }
    }

    private List<WireAcl>? Wild() =>
        chance.OneIn(20) ? null : [.. Enumerable.Range(0, chance.Between(0, 3)).Select(_ => Entry())];

    private WireAcl Entry()
    {
        var permissions = chance.OneIn(10) ? chance.Of(0, 32, 64, -1, int.MaxValue, int.MinValue) : chance.Below(32);
        return chance.Weighted(
            (6, () => new WireAcl(permissions, "world", "anyone")),
            (1, () => new WireAcl(permissions, "world", chance.Of<string?>("", null, "everyone"))),
            (6, () => new WireAcl(permissions, "digest", chance.Of(DigestIds))),
            (4, () => new WireAcl(permissions, "auth", chance.Of(Names))),
            (4, () => new WireAcl(permissions, "ip", chance.Of(Addresses))),
            (1, () => new WireAcl(permissions, chance.Of<string?>("super", "", null, "nothing"), chance.Of(Names))));
    }
}
