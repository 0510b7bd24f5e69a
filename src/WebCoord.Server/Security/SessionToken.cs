using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using WebCoord.Core.Sessions;

namespace WebCoord.Server.Security;

/// <summary>
/// The secret that stands for a session over HTTP and the hub: the session's id and its key in one string, such as
/// <c>0x0100000000000005.q83vEjRWeJq83vEjRWeJqw</c>.
/// </summary>
internal static class SessionToken
{
    /// <summary>Bytes of a session's key, as long as a ZooKeeper password.</summary>
    public const int KeyBytes = 16;

    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeyBytes);

    public static string Format(Session session) => $"{session.Id}.{Base64Url.EncodeToString(session.Key.Span)}";

    /// <summary>Reads a token; false when it is not one. Whether the session exists is another question.</summary>
    public static bool TryParse(string? token, out SessionId id, [NotNullWhen(true)] out byte[]? key)
    {
        id = default;
        key = null;
        var dot = token?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (dot < 0 || !SessionId.TryParse(token![..dot], out id) || !Base64Url.IsValid(token.AsSpan(dot + 1)))
        {
            return false;
        }

        key = Base64Url.DecodeFromChars(token.AsSpan(dot + 1));
        return key.Length == KeyBytes;
    }

    /// <summary>Whether the key is the session's, in time that does not depend on where they differ.</summary>
    public static bool Proves(ReadOnlySpan<byte> key, Session session) =>
        CryptographicOperations.FixedTimeEquals(key, session.Key.Span);
}
