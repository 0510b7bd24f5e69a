using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WebCoord.Core.Commands;

/// <summary>
/// Ties every log entry to all before it, so that a gap, a swap or another history is seen. The form is one that a
/// Redis script can compute too: SHA-1 in hex over a line of text.
/// </summary>
public static class ChainHash
{
    /// <summary>What the first entry ever follows.</summary>
    public const string Start = "0000000000000000000000000000000000000000";

    /// <summary>The hash of an entry; <paramref name="payload"/> are the encoded requests.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Redis scripts have only SHA-1, and no forger is meant.")]
    public static string Next(string previous, Zxid first, Zxid last, long timestampMs, ReadOnlySpan<byte> payload)
    {
        var payloadHash = Convert.ToHexStringLower(SHA256.HashData(payload));
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{previous}:{first.Value}:{last.Value}:{timestampMs}:{payloadHash}");
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(line)));
    }
}
