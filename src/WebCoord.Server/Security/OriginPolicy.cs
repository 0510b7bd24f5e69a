using Microsoft.Net.Http.Headers;

namespace WebCoord.Server.Security;

/// <summary>
/// Which pages may change state. A browser tells with <c>Sec-Fetch-Site</c> or <c>Origin</c> whose page a request comes
/// from; a program that is no browser sends neither and is not meant. The content type says nothing: a page can send a
/// form's without asking first, and so does <c>curl --data</c>.
/// </summary>
internal sealed class OriginPolicy(SecurityOptions options)
{
    private readonly HashSet<string> _allowed = new(options.AllowedOrigins, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a configured item is an origin: scheme, host and port, and nothing after them.</summary>
    public static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https")
        && origin.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase)
        && uri.UserInfo.Length == 0;

    /// <summary>The foreign origin that the request must be refused for; null when it may pass. Reading needs no
    /// refusal: without leave the browser keeps the answer from the page.</summary>
    public string? ForeignOrigin(HttpRequest request)
    {
        if (!MayChangeState(request))
        {
            return null;
        }

        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && _allowed.Contains(origin))
        {
            return null;
        }

        return request.Headers["Sec-Fetch-Site"].ToString() switch
        {
            "same-origin" or "none" => null,
            "" => origin.Length == 0 || IsSame(origin, request.Host) ? null : origin,
            _ => origin.Length == 0 ? "unknown" : origin,
        };
    }

    /// <summary>A WebSocket begins as a GET, and browsers open it to any origin; over HTTP/2 it is a CONNECT.</summary>
    private static bool MayChangeState(HttpRequest request) =>
        !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            || HttpMethods.IsOptions(request.Method))
        || request.Headers.ContainsKey(HeaderNames.SecWebSocketVersion);

    /// <summary>A proxy may have ended TLS, so the schemes need not be equal; the authorities must.</summary>
    private static bool IsSame(string origin, HostString host)
    {
        var authority = origin.IndexOf("://", StringComparison.Ordinal);
        return authority > 0 && host.HasValue
            && origin.AsSpan(authority + 3).Equals(host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
