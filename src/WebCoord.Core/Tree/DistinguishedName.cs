using System.Buffers;
using System.Collections.Frozen;

namespace WebCoord.Core.Tree;

/// <summary>
/// The text of an X.509 subject, as ACL entries of the scheme <c>x509</c> name it: <c>CN=client,O=example</c>. What is
/// one decides results, so it is said here and not left to the platform: what Java takes, since ZooKeeper does
/// (zookeeper-protocol section 9.2).
/// </summary>
public static class DistinguishedName
{
    /// <summary>Behind a backslash they stand for themselves.</summary>
    private const string Special = ",=+<>#;\"\\ ";

    /// <summary>What a value may not have unless it is escaped or quoted.</summary>
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("<>\"");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Keywords =
        new[]
        {
            "CN", "C", "L", "S", "ST", "O", "OU", "T", "IP", "STREET", "DC", "DNQUALIFIER", "DNQ", "SURNAME",
            "GIVENNAME", "INITIALS", "GENERATION", "EMAIL", "EMAILADDRESS", "UID", "SERIALNUMBER",
        }.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether it is one. The empty subject, which Java takes, names nobody.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        var end = EndOfAttribute(text);
        while (end < text.Length && IsAttribute(text[..end]))
        {
            text = text[(end + 1)..];
            end = EndOfAttribute(text);
        }

        return IsAttribute(text[..end]);
    }

    /// <summary>Where the next separator is that is neither escaped nor quoted.</summary>
    private static int EndOfAttribute(ReadOnlySpan<char> text)
    {
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case ',' or ';' or '+' when !isQuoted:
                    return i;
                default:
                    break;
            }
        }

        return text.Length;
    }

    private static bool IsAttribute(ReadOnlySpan<char> text)
    {
        var equals = text.IndexOf('=');
        if (equals < 0)
        {
            return false;
        }

        var type = text[..equals].Trim(' ');
        return (Keywords.Contains(type) || IsObjectIdentifier(type)) && IsValue(text[(equals + 1)..].TrimStart(' '));
    }

    private static bool IsObjectIdentifier(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("OID.", StringComparison.OrdinalIgnoreCase))
        {
            text = text["OID.".Length..];
        }

        if (text.Length < 3 || text[0] is < '0' or > '2' || text[1] != '.')
        {
            return false;
        }

        foreach (var arc in text.Split('.'))
        {
            if (text[arc].IsEmpty || text[arc].ContainsAnyExceptInRange('0', '9'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsValue(ReadOnlySpan<char> text) => text switch
    {
        ['#', .. var digits] => IsHexadecimal(digits.TrimEnd(' ')),
        ['"', .. var quoted] => IsQuoted(quoted),
        _ => !HasForbidden(text),
    };

    /// <summary>The encoding of any value, byte by byte.</summary>
    private static bool IsHexadecimal(ReadOnlySpan<char> digits)
    {
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit(digit))
            {
                return false;
            }
        }

        return digits.Length > 0 && digits.Length % 2 == 0;
    }

    /// <summary>What follows the opening quotation mark.</summary>
    private static bool IsQuoted(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                return text[(i + 1)..].Trim(' ').IsEmpty;
            }

            var escape = LengthOfEscape(text[i..]);
            if (escape == 0)
            {
                return false;
            }

            i += escape - 1;
        }

        return false;
    }

    private static bool HasForbidden(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var escape = LengthOfEscape(text[i..]);
            if (escape == 0 || Forbidden.Contains(text[i]))
            {
                return true;
            }

            i += escape - 1;
        }

        return false;
    }

    /// <summary>Of a backslash with what it stands before; 1 for any other character, 0 for a backslash before
    /// something that needs none.</summary>
    private static int LengthOfEscape(ReadOnlySpan<char> text) => text switch
    {
        ['\\', var special, ..] when Special.Contains(special, StringComparison.Ordinal) => 2,
        ['\\', var high, var low, ..] when char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low) => 3,
        ['\\', ..] => 0,
        _ => 1,
    };
}
