using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using WebCoord.Server.Security;

namespace WebCoord.Server.Wire;

/// <summary>
/// Listens for ZooKeeper clients where HTTP listens, on ports of their own. It is a Kestrel beside the one for HTTP,
/// because an address given to that one in code would switch off its <c>Urls</c>.
/// </summary>
internal sealed class WireServer(IConnectionListenerFactory transport, ListeningAddresses addresses,
    IOptions<WebCoordOptions> options, IServiceProvider services, ILoggerFactory loggers) : IHostedService, IDisposable
{
    private KestrelServer? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var zooKeeper = options.Value.ZooKeeper;
        if (zooKeeper is { Port: 0, TlsPort: 0 })
        {
            return;
        }

        var kestrel = new KestrelServerOptions { ApplicationServices = services };
        if (zooKeeper.Port != 0)
        {
            ListenWhereHttpDoes(kestrel, zooKeeper.Port,
                endpoint => endpoint.UseConnectionHandler<WireConnectionHandler>());
        }

        if (zooKeeper.TlsPort != 0)
        {
            var tls = WireTls.Read(zooKeeper);
            ListenWhereHttpDoes(kestrel, zooKeeper.TlsPort,
                endpoint => endpoint.UseHttps(tls).UseConnectionHandler<WireConnectionHandler>());
        }

        _server = new KestrelServer(Options.Create(kestrel), transport, loggers);
        try
        {
            await _server.StartAsync(new NoHttp(), cancellationToken);
        }
        catch (IOException failure)
        {
            throw new WireUnavailableException(failure);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public void Dispose() => _server?.Dispose();

    /// <summary>A name other than localhost stands for every interface, as it does for Kestrel. Localhost stands for
    /// the loopback addresses that this machine has.</summary>
    private void ListenWhereHttpDoes(KestrelServerOptions kestrel, int port, Action<ListenOptions> configure)
    {
        if (addresses.IncludeEveryInterface)
        {
            kestrel.ListenAnyIP(port, configure);
            return;
        }

        var hosts = addresses.Hosts.Distinct().ToList();
        var parsed = hosts.Select(host => IPAddress.TryParse(host, out var address) ? address : null).ToList();
        var isLocalhost = parsed.Contains(null);
        if (isLocalhost)
        {
            kestrel.ListenLocalhost(port, configure);
        }

        foreach (var address in parsed.OfType<IPAddress>()
            .Where(address => !isLocalhost || !IPAddress.IsLoopback(address)))
        {
            kestrel.Listen(address, port, configure);
        }
    }

    /// <summary>Nothing here speaks HTTP: the connection handler takes every connection.</summary>
    private sealed class NoHttp : IHttpApplication<IFeatureCollection>
    {
        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public Task ProcessRequestAsync(IFeatureCollection context) => Task.CompletedTask;

        public void DisposeContext(IFeatureCollection context, Exception? exception)
        {
        }
    }
}

/// <summary>A port for ZooKeeper clients cannot be had.</summary>
internal sealed class WireUnavailableException(Exception cause) : Exception(
    $"it cannot listen for ZooKeeper clients. {cause.Message} Stop the program that is there, or set "
    + "WebCoord:ZooKeeper:Port or WebCoord:ZooKeeper:TlsPort, whichever it is, to a free port, or to 0 to do without.",
    cause);
