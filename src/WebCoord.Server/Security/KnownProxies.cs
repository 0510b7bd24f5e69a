using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace WebCoord.Server.Security;

/// <summary>
/// Behind a proxy every request comes from the proxy's address, and the client's is in a header that any client can
/// write itself. So <c>X-Forwarded-For</c> is read from the right, one address for each proxy that is known by its own
/// address, and the first that is not a proxy's is the client's. Of a peer that is not known nothing is believed, and
/// without known proxies the header means nothing.
/// </summary>
internal static class KnownProxies
{
    /// <summary>Whether a configured item makes sense: an address, or a network such as <c>10.0.0.0/8</c>.</summary>
    public static bool IsProxy(string text) => Parse(text) is not null;

    /// <summary>Comes before everything that looks at the caller's address.</summary>
    public static IApplicationBuilder UseKnownProxies(this IApplicationBuilder app)
    {
        var proxies = app.ApplicationServices.GetRequiredService<SecurityOptions>().KnownProxies;
        if (proxies.Count == 0)
        {
            // To the middleware an empty list is no list: it would believe everybody.
            return app;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor,
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            options.KnownIPNetworks.Add(Parse(proxy)!.Value);
        }

        return app.Use(NameSocketFile).UseMiddleware<ForwardedHeadersMiddleware>(Options.Create(options));
    }

    private static IPNetwork? Parse(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, 8 * address.GetAddressBytes().Length)
        : null;

    /// <summary>A peer on a Unix socket has no address, which the middleware would believe; it is this machine.
    /// </summary>
    private static Task NameSocketFile(HttpContext context, RequestDelegate next)
    {
        context.Connection.RemoteIpAddress ??= IPAddress.Loopback;
        return next(context);
    }
}
