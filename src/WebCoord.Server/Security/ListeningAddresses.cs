using System.Net;
using Microsoft.Extensions.Options;

namespace WebCoord.Server.Security;

/// <summary>Where the server is told to listen, by the configuration that Kestrel itself goes by: its endpoints, else
/// <c>Urls</c>, else the port lists.</summary>
internal sealed class ListeningAddresses
{
    public ListeningAddresses(IConfiguration configuration)
    {
        Urls = Read(configuration);
        Hosts = [.. Urls.Select(HostOf)];
    }

    /// <summary>As configured, such as <c>http://*:5080</c>.</summary>
    public IReadOnlyList<string> Urls { get; }

    /// <summary>The hosts of <see cref="Urls"/>: names, addresses without brackets, or <c>*</c>.</summary>
    public IReadOnlyList<string> Hosts { get; }

    public bool AreAllLoopback => Hosts.All(IsLoopback);

    /// <summary>Whether some address stands for every network interface. Kestrel takes any name but localhost so.
    /// </summary>
    public bool IncludeEveryInterface => Hosts.Any(host => !IsLoopback(host)
        && (!IPAddress.TryParse(host, out var address) || address.Equals(IPAddress.Any)
            || address.Equals(IPAddress.IPv6Any)));

    /// <summary>Whether a name or address, without port or brackets, is this machine's own.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static List<string> Read(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Select(endpoint => endpoint["Url"]).OfType<string>().ToList();
        if (endpoints.Count > 0)
        {
            return endpoints;
        }

        var urls = Split(configuration[WebHostDefaults.ServerUrlsKey]);
        if (urls.Count > 0)
        {
            return urls;
        }

        urls = [
            .. Split(configuration[WebHostDefaults.HttpPortsKey]).Select(port => $"http://*:{port}"),
            .. Split(configuration[WebHostDefaults.HttpsPortsKey]).Select(port => $"https://*:{port}"),
        ];
        return urls.Count > 0 ? urls : ["http://localhost:5000"];
    }

    private static List<string> Split(string? list) =>
        [.. (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>A socket file is on this machine. <c>+</c> and <c>*</c> mean the same.</summary>
    private static string HostOf(string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw new OptionsValidationException("Urls", typeof(string),
                [$"Urls has '{url}'. Set it to addresses such as http://localhost:5080, separated by semicolons."]);
        }

        return address.IsUnixPipe || address.IsNamedPipe ? "localhost"
            : address.Host is "+" ? "*"
            : address.Host.Trim('[', ']');
    }
}
