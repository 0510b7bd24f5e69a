using WebCoord.Server.Contract;

namespace WebCoord.Server.Security;

/// <summary>Refuses what a browser may have been tricked into: a request to a name that is not this server's, and a
/// change asked for by somebody else's page.</summary>
internal sealed class BrowserRulesMiddleware(RequestDelegate next, HostPolicy hosts, OriginPolicy origins)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!hosts.Allows(request.Host))
        {
            return context.RefuseAsync(Problems.Of(ProblemCatalog.UnknownHost,
                $"This server does not go by the name '{request.Host.Host}'. If it should, add the name to "
                + "WebCoord:Security:AllowedHosts."));
        }

        if (origins.ForeignOrigin(request) is { } origin)
        {
            return context.RefuseAsync(Problems.Of(ProblemCatalog.ForeignOrigin,
                $"Pages of the origin '{origin}' may not change state here. If they should, add the origin to "
                + "WebCoord:Security:AllowedOrigins."));
        }

        return next(context);
    }
}
