using System.Text;

namespace WebCoord.Server.Wire;

/// <summary>
/// The text of jute strings: UTF-8, in which Java clients send characters beyond U+FFFF as two surrogates of three
/// bytes each (zookeeper-protocol section 1.2). What is neither becomes U+FFFD, which no path may contain.
/// </summary>
internal static class JuteText
{
    /// <summary>A surrogate's first byte; in true UTF-8 the next is below <see cref="FirstSurrogate"/>.</summary>
    private const byte SurrogateLead = 0xED;

    private const byte FirstSurrogate = 0xA0;

    public static string Decode(ReadOnlySpan<byte> bytes) =>
        HasSurrogates(bytes) ? DecodeUnits(bytes) : Encoding.UTF8.GetString(bytes);

    private static bool HasSurrogates(ReadOnlySpan<byte> bytes)
    {
        for (var lead = bytes.IndexOf(SurrogateLead); lead >= 0;)
        {
            if (IsSurrogate(bytes[lead..]))
            {
                return true;
            }

            var next = bytes[(lead + 1)..].IndexOf(SurrogateLead);
            lead = next < 0 ? -1 : lead + 1 + next;
        }

        return false;
    }

    private static bool IsSurrogate(ReadOnlySpan<byte> bytes) =>
        bytes is [SurrogateLead, >= FirstSurrogate and <= 0xBF, >= 0x80 and <= 0xBF, ..];

    private static string DecodeUnits(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (IsSurrogate(bytes))
            {
                text.Append((char)(0xD000 | ((bytes[1] & 0x3F) << 6) | (bytes[2] & 0x3F)));
                bytes = bytes[3..];
                continue;
            }

            _ = Rune.DecodeFromUtf8(bytes, out var rune, out var length);
            text.Append(rune.ToString());
            bytes = bytes[length..];
        }

        return text.ToString();
    }
}
