using System.Diagnostics;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using WebCoord.Core.Sessions;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;

namespace WebCoord.Server.SignalR;

/// <summary>Takes in connections that open and lets go of those that close.</summary>
internal sealed class HubConnector(HubConnections connections, Applier applier, Sequencer sequencer, ReadGate gate,
    LocalInstance instance, PipelineMetrics metrics, IOptions<WebCoordOptions> options,
    IHubContext<CoordinationHub, ICoordinationClient> hub, ILogger<HubConnection> logger)
{
    public void Open(HubCallerContext context)
    {
        var http = context.GetHttpContext() ?? throw new UnreachableException("The hub is served over HTTP only.");
        var limits = options.Value.Limits;
        var facts = new HubConnectionFacts(context.ConnectionId,
            new SessionOwner(instance.Id, instance.NextConnection()),
            CallerIdentities.Of(http), http.Features.GetRequiredFeature<TransportActivity>(),
            limits.MaxWatchesPerConnection, limits.MaxQueuedEventsPerConnection,
            context.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime
                ? lifetime.RequestClose
                : context.Abort);
        connections.Add(new HubConnection(applier, new WriteOrder(sequencer, gate), facts,
            hub.Clients.Client(context.ConnectionId), context.Abort, logger));
        metrics.HubConnectionOpened();
    }

    public HubConnection Find(HubCallerContext context) =>
        connections.Find(context.ConnectionId) ?? throw new OperationCanceledException("The connection is closed.");

    public void Close(HubCallerContext context)
    {
        if (connections.Remove(context.ConnectionId) is { } connection)
        {
            connection.Close();
            metrics.HubConnectionClosed();
        }
    }
}
