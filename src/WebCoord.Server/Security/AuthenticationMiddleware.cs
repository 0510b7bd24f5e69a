using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Security;

/// <summary>Finds out who the caller is, for <see cref="CallerIdentities.Of"/>, and refuses credentials that make no
/// sense; also their absence, where <c>Security:AllowAnonymous</c> is off and the endpoint is not open to
/// all.</summary>
internal sealed class AuthenticationMiddleware(RequestDelegate next, IOptions<WebCoordOptions> options)
{
    private readonly string? _superDigest = options.Value.ZooKeeper.SuperDigest;

    /// <summary>Left open, it is true: <see cref="AnonymousAccessCheck"/> lets no server start otherwise.</summary>
    private readonly bool _allowAnonymous = options.Value.Security.AllowAnonymous ?? true;

    public Task InvokeAsync(HttpContext context)
    {
        if (!CallerIdentities.TryRead(context, _superDigest, out var caller, out var problem))
        {
            return context.RefuseAsync(Problems.Of(ProblemCatalog.AuthFailed, problem));
        }

        caller.AttachTo(context);
        if (caller.IsAnonymous && !_allowAnonymous
            && context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null)
        {
            return context.RefuseAsync(Problems.Of(ProblemCatalog.AuthFailed,
                "This service does not serve callers without credentials: send 'Authorization: Basic' with the base64 "
                + "of user:password."));
        }

        return next(context);
    }
}
