using System.Net;

namespace WebCoord.Server.Security;

/// <summary>
/// The names by which this server may be called in the <c>Host</c> header. A page whose name an attacker makes point at
/// this machine (DNS rebinding) would pass as same-origin, but its name is not among them: loopback names, where the
/// server listens, and <c>Security:AllowedHosts</c>. Where it listens on every interface its addresses are not known
/// beforehand, so any address will do: an address is no name that could be made to point elsewhere.
/// </summary>
internal sealed class HostPolicy(ListeningAddresses listening, SecurityOptions options)
{
    private readonly bool _anyHost = options.AllowedHosts.Contains("*");

    private readonly HashSet<string> _names = new(
        [.. listening.Hosts, .. options.AllowedHosts.Select(host => host.Trim('[', ']')), Environment.MachineName],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a configured item makes sense: a name or an address without port, or <c>*</c>.</summary>
    public static bool IsPattern(string host) =>
        host == "*" || Uri.CheckHostName(host.Trim('[', ']')) != UriHostNameType.Unknown;

    /// <param name="host">As the header has it; a request of HTTP/1.0 may do without, no browser's does.</param>
    public bool Allows(HostString host)
    {
        if (_anyHost || !host.HasValue)
        {
            return true;
        }

        var name = host.Host.Trim('[', ']').TrimEnd('.');
        return ListeningAddresses.IsLoopback(name) || _names.Contains(name)
            || (listening.IncludeEveryInterface && IPAddress.TryParse(name, out _));
    }
}
