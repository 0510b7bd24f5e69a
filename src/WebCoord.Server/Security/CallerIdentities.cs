using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Security;

/// <summary>
/// Who sends a request, as ACLs name callers: always the address of the peer, and a <c>digest</c> identity when the
/// request has <c>Authorization: Basic</c>. As in ZooKeeper, a name and a password are not looked up anywhere: they are
/// an identity, and it is the ACLs that give it rights.
/// </summary>
/// <param name="Identities">What goes into the request to the state machine.</param>
/// <param name="IsAnonymous">Whether the request came without credentials.</param>
internal sealed record CallerIdentities(ImmutableArray<Identity> Identities, bool IsAnonymous)
{
    private const string BasicPrefix = "Basic ";

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private static readonly object ItemKey = new();

    /// <summary>Whether the caller passes every ACL.</summary>
    public bool IsSuper => Identities.Contains(Identity.Super);

    /// <summary>The caller of a request that has passed <see cref="AuthenticationMiddleware"/>.</summary>
    public static CallerIdentities Of(HttpContext context) =>
        context.Items[ItemKey] as CallerIdentities
            ?? throw new UnreachableException("The authentication middleware runs before every endpoint.");

    /// <summary>Reads the caller out of a request.</summary>
    /// <param name="superDigest">The digest identity that also passes every ACL; null for none.</param>
    /// <param name="problem">What is wrong with the credentials, when the answer is false.</param>
    public static bool TryRead(HttpContext context, string? superDigest,
        [NotNullWhen(true)] out CallerIdentities? caller, [NotNullWhen(false)] out string? problem)
    {
        caller = null;
        problem = null;
        var address = OfAddress(context.Connection.RemoteIpAddress);
        var header = context.Request.Headers.Authorization;
        if (header.Count == 0)
        {
            caller = new CallerIdentities([address], IsAnonymous: true);
            return true;
        }

        if (header is not [{ } value] || !value.StartsWith(BasicPrefix, StringComparison.OrdinalIgnoreCase))
        {
            problem = "Only one Authorization header of the scheme Basic is understood: 'Basic ' and the base64 of "
                + "user:password.";
            return false;
        }

        if (!TryDecode(value.AsSpan(BasicPrefix.Length).Trim(), out var credential))
        {
            problem = "The Authorization header is malformed: after 'Basic ' comes the base64 of the UTF-8 text "
                + "user:password, with a colon.";
            return false;
        }

        caller = new CallerIdentities([address, .. OfCredential(credential, superDigest)], IsAnonymous: false);
        return true;
    }

    /// <summary>What a peer is by its address alone. IPv4 stays IPv4 on a socket for both versions, and a zone is local
    /// to this machine. A peer without an address (a Unix socket) is on this machine.</summary>
    public static Identity OfAddress(IPAddress? address) => new("ip", address switch
    {
        null => "127.0.0.1",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { IsIPv6LinkLocal: true } => new IPAddress(address.GetAddressBytes()).ToString(),
        _ => address.ToString(),
    });

    /// <summary>What <c>user:password</c> makes of a caller.</summary>
    /// <param name="superDigest">The digest identity that also passes every ACL; null for none.</param>
    public static ImmutableArray<Identity> OfCredential(string credential, string? superDigest)
    {
        var digest = AclSchemes.Digest(credential);
        return IsSame(digest.Id, superDigest) ? [digest, Identity.Super] : [digest];
    }

    /// <summary>What a TLS certificate that was found valid makes of a caller; nothing if it has no subject.</summary>
    /// <param name="superCertificate">The subject of the one that also passes every ACL; null for none.</param>
    public static ImmutableArray<Identity> OfCertificate(X509Certificate2 certificate, string? superCertificate)
    {
        var subject = new Identity("x509", CertificateSubject.Of(certificate));
        return subject.Id.Length == 0 ? []
            : subject.Id == superCertificate ? [subject, Identity.Super]
            : [subject];
    }

    /// <summary>In a time that does not tell how much of the secret was guessed.</summary>
    private static bool IsSame(string digest, string? superDigest) => superDigest is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(digest), Encoding.UTF8.GetBytes(superDigest));

    /// <summary>Notes the caller for <see cref="Of"/>. The items of a request also reach the hub's later requests.
    /// </summary>
    public void AttachTo(HttpContext context) => context.Items[ItemKey] = this;

    private static bool TryDecode(ReadOnlySpan<char> base64, [NotNullWhen(true)] out string? credential)
    {
        credential = null;
        if (!Base64.IsValid(base64))
        {
            return false;
        }

        try
        {
            credential = StrictUtf8.GetString(Convert.FromBase64String(base64.ToString()));
            return credential.Contains(':', StringComparison.Ordinal);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
