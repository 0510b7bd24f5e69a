using System.Buffers;
using System.Text;

namespace WebCoord.Server.Contract;

/// <summary>How the bytes of a node are written in JSON.</summary>
internal enum DataEncoding
{
    /// <summary>As text; only for bytes that are valid UTF-8.</summary>
    Utf8 = 0,

    /// <summary>As standard base64 with padding, without line breaks.</summary>
    Base64 = 1,
}

/// <summary>Bytes to JSON text and back, without ever changing a byte.</summary>
internal static class DataText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true);

    private static readonly SearchValues<char> WhiteSpace = SearchValues.Create(" \t\r\n");

    /// <summary>Text where the bytes are text, else base64; <paramref name="wanted"/> base64 forces it.</summary>
    public static (string? Text, DataEncoding Encoding) Write(ReadOnlyMemory<byte>? data, DataEncoding? wanted = null)
    {
        if (data is not { } bytes)
        {
            return (null, wanted ?? DataEncoding.Utf8);
        }

        if (wanted == DataEncoding.Base64 || !System.Text.Unicode.Utf8.IsValid(bytes.Span))
        {
            return (Convert.ToBase64String(bytes.Span), DataEncoding.Base64);
        }

        return (Encoding.UTF8.GetString(bytes.Span), DataEncoding.Utf8);
    }

    /// <summary>False if the text is not of that encoding; <paramref name="problem"/> says why.</summary>
    public static bool TryRead(string? text, DataEncoding encoding, out ReadOnlyMemory<byte>? data, out string? problem)
    {
        data = null;
        problem = null;
        if (text is null)
        {
            return true;
        }

        try
        {
            data = encoding == DataEncoding.Utf8 ? Strict.GetBytes(text) : FromBase64(text);
            return true;
        }
        catch (Exception e) when (e is EncoderFallbackException or FormatException)
        {
            problem = encoding == DataEncoding.Utf8
                ? "is not valid text: it has half of a surrogate pair; send bytes with encoding base64"
                : "is not standard base64 with padding and without white space";
            return false;
        }
    }

    private static byte[] FromBase64(string text) => text.AsSpan().ContainsAny(WhiteSpace)
        ? throw new FormatException("white space")
        : Convert.FromBase64String(text);
}
