using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;
using WebCoord.Server.Contract;

namespace WebCoord.Server.SignalR;

/// <summary>The hub's services and its address.</summary>
internal static class HubSetup
{
    /// <summary>Calls of one connection that run at a time; the next wait in its socket.</summary>
    private const int MaxParallelCalls = 64;

    /// <summary>Bytes of JSON that one byte of text may take: a control character is written <c>\u001f</c>.</summary>
    private const int MaxEscapedBytes = 6;

    /// <summary>Room in a message for all that is not data.</summary>
    private const int MessageOverheadBytes = 64 << 10;

    /// <summary>How often a WebSocket is pinged, unless sessions may be so short that it must be more often.</summary>
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(2);

    /// <summary>How long a ping may stay unanswered before the peer counts as dead.</summary>
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(2);

    public static IServiceCollection AddWatchHub(this IServiceCollection services)
    {
        // It logs every failed call as an error, with a stack trace; a refusal is none, and ProblemFilter logs
        // the bugs.
        services.AddLogging(logging =>
            logging.AddFilter("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.None));
        services.AddSignalR(ConfigureHub)
            .AddJsonProtocol(json => ContractJson.Configure(json.PayloadSerializerOptions));
        services.AddSingleton<IHubProtocol, ProblemTellingProtocol>();
        services.AddOptions<HubOptions>().Configure<IOptions<WebCoordOptions>>((hub, options) =>
            hub.MaximumReceiveMessageSize = MaxMessageBytes(options.Value.Limits));
        services.AddOptions<WebSocketOptions>().Configure<IOptions<WebCoordOptions>>((sockets, options) =>
        {
            sockets.KeepAliveInterval = PingInterval(options.Value.Sessions);
            sockets.KeepAliveTimeout = KeepAliveTimeout;
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
        endpoints.MapHub<CoordinationHub>("/hubs/coordination").Add(endpoint =>
        {
            var serve = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
            {
                TransportActivity.Observe(context);
                return serve(context);
            };
        });
        return endpoints;
    }

    private static void ConfigureHub(HubOptions hub)
    {
        hub.MaximumParallelInvocationsPerClient = MaxParallelCalls;
        hub.AddFilter<ProblemFilter>();
    }

    private static long MaxMessageBytes(LimitOptions limits) =>
        ((long)Math.Max(limits.MaxDataBytes, limits.MaxTransactionBytes) * MaxEscapedBytes) + MessageOverheadBytes;

    /// <summary>The pongs are what shows that a silent peer lives, and a session must see several in its timeout.
    /// </summary>
    private static TimeSpan PingInterval(SessionOptions sessions)
    {
        var quarter = TimeSpan.FromMilliseconds(sessions.MinTimeoutMs / 4.0);
        return quarter < KeepAliveInterval ? quarter : KeepAliveInterval;
    }
}
