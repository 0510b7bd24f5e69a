using Microsoft.Extensions.Options;

namespace WebCoord.Server.Security;

/// <summary>Lets no server start that would serve strangers by oversight: whoever listens beyond loopback, or behind a
/// proxy that does, must say whether callers without credentials are welcome.</summary>
internal sealed class AnonymousAccessCheck(ListeningAddresses listening) : IValidateOptions<WebCoordOptions>
{
    public ValidateOptionsResult Validate(string? name, WebCoordOptions options)
    {
        if (options.Security.AllowAnonymous is not null || Exposure(options.Security) is not { } exposure)
        {
            return ValidateOptionsResult.Success;
        }

        return ValidateOptionsResult.Fail(
            $"WebCoord:Security:AllowAnonymous is not set, and {exposure}. Set it to true to serve everybody who can "
            + "connect, or to false to require some 'Authorization: Basic' of every caller, or listen on loopback "
            + "only, such as Urls=http://localhost:5080, without proxies. Mind that false authenticates nobody: any "
            + "name and password are an identity, as in ZooKeeper's digest scheme. Protect nodes with ACLs, and put a "
            + "proxy in front that authenticates callers.");
    }

    /// <summary>Why others than this machine's may call; null if none can.</summary>
    private string? Exposure(SecurityOptions options) =>
        !listening.AreAllLoopback
            ? $"the server listens beyond this machine ({string.Join(", ", listening.Urls)})"
        : options.KnownProxies.Count > 0
            ? $"callers come through proxies ({string.Join(", ", options.KnownProxies)})"
        : null;
}
