using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace WebCoord.Server.Rest;

/// <summary>Marks an endpoint whose route is <paramref name="Prefix"/> and the path of a znode after it.</summary>
internal sealed record PathPrefix(string Prefix);

/// <summary>
/// Finds the znode that a request names. Kestrel routes on a path that it has decoded and whose dots it has collapsed,
/// so the path of the znode is read from the request target as it was sent: nothing is normalised, and what does not
/// begin with the route that matched is refused.
/// </summary>
internal static class RequestPath
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true);

    /// <summary>The path as the caller meant it, beginning with '/'. Whether it is valid is another question.</summary>
    public static bool TryRead(HttpContext context, string prefix, [NotNullWhen(true)] out string? path,
        [NotNullWhen(false)] out string? problem)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (!string.IsNullOrEmpty(target))
        {
            return TryRead(target, prefix, out path, out problem);
        }

        // A server in memory has no target; its route value is decoded already, save for slashes.
        problem = null;
        var value = context.Request.RouteValues["path"] as string ?? "";
        path = "/" + WithoutLeadingSlash(value).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return true;
    }

    /// <summary>Reads a request target, which may be in absolute form.</summary>
    public static bool TryRead(string target, string prefix, [NotNullWhen(true)] out string? path,
        [NotNullWhen(false)] out string? problem)
    {
        path = null;
        problem = null;
        var text = PathOf(target);
        if (!Begins(text, prefix))
        {
            problem = $"the request target does not begin with {prefix} as it was sent; paths are not normalised";
            return false;
        }

        var rest = text.Length > prefix.Length ? text[(prefix.Length + 1)..].ToString() : "";
        if (!TryDecode(WithoutLeadingSlash(rest), out var decoded))
        {
            problem = "has a '%' that is not followed by two hexadecimal digits, or bytes that are not UTF-8";
            return false;
        }

        path = "/" + decoded;
        return true;
    }

    /// <summary>Whether a request target leads below <paramref name="start"/> as it is, without steps back.</summary>
    public static bool BeginsAsSent(string target, string start)
    {
        var path = PathOf(target);
        if (!Begins(path, start))
        {
            return false;
        }

        var rest = path[start.Length..];
        foreach (var segment in rest.Split('/'))
        {
            if (IsDots(rest[segment]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The place of a node among the resources of <paramref name="prefix"/>.</summary>
    public static string UrlOf(string prefix, string path) => path == "/"
        ? prefix
        : prefix + string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static bool Begins(ReadOnlySpan<char> path, string start) =>
        path.StartsWith(start, StringComparison.OrdinalIgnoreCase)
        && (path.Length == start.Length || path[start.Length] == '/');

    /// <summary>Whether a segment is '.' or '..', in whatever mix with %2E.</summary>
    private static bool IsDots(ReadOnlySpan<char> segment) =>
        segment is ['.' or '%', ..] and { Length: <= 6 }
        && segment.ToString().Replace("%2E", ".", StringComparison.OrdinalIgnoreCase) is "." or "..";

    private static ReadOnlySpan<char> PathOf(string target)
    {
        var text = target.AsSpan();
        if (!text.StartsWith('/') && text.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0)
        {
            text = text[(scheme + 3)..];
            var slash = text.IndexOf('/');
            text = slash < 0 ? [] : text[slash..];
        }

        var end = text.IndexOf('?');
        return end < 0 ? text : text[..end];
    }

    /// <summary>Who feeds back a path that he was given sends its slash as %2F.</summary>
    private static string WithoutLeadingSlash(string rest) =>
        rest.StartsWith("%2F", StringComparison.OrdinalIgnoreCase) ? rest[3..] : rest;

    /// <summary>Decodes once. A decoded slash is a separator like any other.</summary>
    private static bool TryDecode(string text, [NotNullWhen(true)] out string? decoded)
    {
        decoded = text;
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return true;
        }

        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text, i, 1));
                continue;
            }

            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                return false;
            }

            bytes.Add(Convert.FromHexString(text.AsSpan(i + 1, 2))[0]);
            i += 2;
        }

        try
        {
            decoded = Strict.GetString([.. bytes]);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
