using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;
using WebCoord.Core;
using WebCoord.Server.Contract;
using HttpTransportType = Microsoft.AspNetCore.Http.Connections.HttpTransportType;

namespace WebCoord.Server.SignalR;

/// <summary>The hub's services and its address.</summary>
internal static class HubSetup
{
    /// <summary>What SignalR runs of one connection at a time before it stops reading, pongs included. Above <see
    /// cref="HubConnection.MaxCalls"/>, so that nobody but a client that takes no answers gets there.</summary>
    private const int MaxParallelCalls = 4_096;

    /// <summary>Bytes of JSON that one byte of text may take: a control character is written <c>\u001f</c>.</summary>
    private const int MaxEscapedBytes = 6;

    /// <summary>Room in a message for all that is not data.</summary>
    private const int MessageOverheadBytes = 64 << 10;

    /// <summary>How long a WebSocket may be silent before it is pinged: a quarter of the shortest timeout that sessions
    /// have by default, so that each sees several pongs.</summary>
    private static readonly TimeSpan PingInterval = TimeSpan.FromMilliseconds(500);

    public static IServiceCollection AddWatchHub(this IServiceCollection services)
    {
        // It logs every call that it cannot bind as an error, with a stack trace; CallFilter logs the bugs.
        services.AddLogging(logging =>
            logging.AddFilter("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.None));
        services.AddSignalR(ConfigureHub)
            .AddJsonProtocol(json => ContractJson.Configure(json.PayloadSerializerOptions));
        services.AddSingleton<IHubProtocol, ProblemTellingProtocol>();
        services.AddOptions<WebSocketOptions>().Configure<IOptions<WebCoordOptions>>((sockets, options) =>
        {
            sockets.KeepAliveInterval = PingInterval;
            sockets.KeepAliveTimeout = TimeSpan.FromMilliseconds(options.Value.Sessions.PongTimeoutMs);
        });
        services.AddSingleton<HubConnections>();
        services.AddSingleton<HubConnector>();
        services.AddSingleton<HubSessions>();
        services.AddSingleton<HubWatches>();
        services.AddSingleton<HubReads>();
        services.AddHostedService<HubPulse>();
        return services;
    }

    public static IEndpointRouteBuilder MapWatchHub(this IEndpointRouteBuilder endpoints)
    {
        // Over the other transports nothing shows whether the client still lives, and a dead one would keep its locks.
        endpoints.MapHub<CoordinationHub>("/hubs/coordination",
            dispatcher => dispatcher.Transports = HttpTransportType.WebSockets).Add(endpoint =>
        {
            var serve = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = async context =>
            {
                TransportActivity.Observe(context);
                try
                {
                    await serve(context);
                }
                finally
                {
                    context.Features.Get<TransportActivity>()?.End();
                }
            };
        });
        return endpoints;
    }

    private static void ConfigureHub(HubOptions hub)
    {
        hub.MaximumParallelInvocationsPerClient = MaxParallelCalls;
        // The most that the settings can ever allow, because they may change while connections are open.
        hub.MaximumReceiveMessageSize = ((long)Settings.MaxContentBytes * MaxEscapedBytes) + MessageOverheadBytes;
        hub.AddFilter<CallFilter>();
    }
}
