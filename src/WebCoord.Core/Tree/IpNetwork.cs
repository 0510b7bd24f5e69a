using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace WebCoord.Core.Tree;

/// <summary>
/// The addresses that begin with some bits: whom an ACL entry of the scheme <c>ip</c> stands for. What is an address
/// decides results, so it is said here and not left to the platform, which also takes octal and hexadecimal parts,
/// short forms and zones.
/// </summary>
internal readonly struct IpNetwork
{
    private static readonly SearchValues<char> VersionSixCharacters = SearchValues.Create("0123456789abcdefABCDEF:.");

    private readonly byte[] _prefix;
    private readonly int _bits;

    private IpNetwork(byte[] prefix, int bits)
    {
        _prefix = prefix;
        _bits = bits;
    }

    /// <summary>Reads <c>address</c> or <c>address/bits</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/');
        if (!TryParseAddress(slash < 0 ? text : text[..slash], out var prefix))
        {
            return false;
        }

        var bits = prefix.Length * 8;
        if (slash >= 0
            && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out bits)
                || bits > prefix.Length * 8))
        {
            return false;
        }

        network = new IpNetwork(prefix, bits);
        return true;
    }

    public bool Contains(ReadOnlySpan<char> address)
    {
        if (!TryParseAddress(address, out var candidate) || candidate.Length != _prefix.Length)
        {
            return false;
        }

        var whole = _bits / 8;
        var rest = 8 - (_bits % 8);
        return candidate.AsSpan(0, whole).SequenceEqual(_prefix.AsSpan(0, whole))
            && (rest == 8 || candidate[whole] >> rest == _prefix[whole] >> rest);
    }

    /// <summary>The 4 or 16 bytes of an address.</summary>
    private static bool TryParseAddress(ReadOnlySpan<char> text, out byte[] bytes)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            bytes = new byte[4];
            return TryParseVersionFour(text, bytes);
        }

        var last = text[(colon + 1)..];
        if (text.IndexOfAnyExcept(VersionSixCharacters) < 0
            && (!last.Contains('.') || TryParseVersionFour(last, stackalloc byte[4]))
            && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            bytes = address.GetAddressBytes();
            return true;
        }

        bytes = [];
        return false;
    }

    /// <summary>Four decimal numbers, 0 to 255, without leading zeros.</summary>
    private static bool TryParseVersionFour(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        var count = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (count == bytes.Length || part is ['0', _, ..]
                || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out bytes[count++]))
            {
                return false;
            }
        }

        return count == bytes.Length;
    }
}
