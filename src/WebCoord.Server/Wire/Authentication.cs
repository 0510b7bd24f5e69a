using System.Collections.Immutable;
using System.Text;
using WebCoord.Core.Tree;
using WebCoord.Server.Security;
using WebCoord.Server.Wire.Records;

namespace WebCoord.Server.Wire;

/// <summary>What a client becomes by the credentials that it sends (zookeeper-protocol section 9.3).</summary>
internal static class Authentication
{
    /// <summary>The identities that the credentials prove; none when they are refused. A digest is never refused: it is
    /// an identity, and it is the ACLs that give it rights.</summary>
    public static ImmutableArray<Identity> Judge(AuthRequest request, WireConnection connection, string? superDigest) =>
        request switch
        {
            { Credential: null } => [],
            { Scheme: "digest", Credential: { } credential } =>
                CallerIdentities.OfCredential(Encoding.UTF8.GetString(credential.Span), superDigest),
            { Scheme: "ip" } => [.. connection.Facts.Identities.Where(identity => identity.Scheme == "ip")],
            { Scheme: "x509" } => [.. connection.Facts.Identities.Where(identity => identity.Scheme == "x509")],
            _ => [],
        };
}
