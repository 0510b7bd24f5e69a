using Microsoft.Extensions.Options;

namespace WebCoord.Server.Security;

/// <summary>Lets no server start that would serve strangers by oversight: whoever listens beyond loopback must say
/// whether callers without credentials are welcome.</summary>
internal sealed class AnonymousAccessCheck(ListeningAddresses listening) : IValidateOptions<WebCoordOptions>
{
    public ValidateOptionsResult Validate(string? name, WebCoordOptions options)
    {
        if (options.Security.AllowAnonymous is not null || listening.AreAllLoopback)
        {
            return ValidateOptionsResult.Success;
        }

        return ValidateOptionsResult.Fail(
            $"WebCoord:Security:AllowAnonymous is not set, and the server listens beyond this machine "
            + $"({string.Join(", ", listening.Urls)}). Set it to true to serve everybody who can connect, or to false "
            + "to require some 'Authorization: Basic' of every caller, or listen on loopback only, such as "
            + "Urls=http://localhost:5080. Mind that false authenticates nobody: any name and password are an "
            + "identity, as in ZooKeeper's digest scheme. Protect nodes with ACLs, and put a proxy in front that "
            + "authenticates callers.");
    }
}
