using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;
using WebCoord.Server.Wire.FourLetterWords;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Wire;

/// <summary>The life of a wire connection: who it is, its handshake or its four-letter word, its requests, its end.
/// </summary>
internal sealed partial class WireConnectionHandler(WireConnections connections, PipelineService pipeline,
    ITransactionLog log, Applier applier, Sequencer sequencer, ReadGate gate, SessionVoucher voucher,
    SessionTracker tracker, FourLetterWordListener words, LocalInstance instance, PipelineMetrics metrics,
    IHostApplicationLifetime host, IOptions<WebCoordOptions> options, TimeProvider time,
    ILogger<WireConnection> logger) : ConnectionHandler
{
    /// <summary>What may gather for a client that takes nothing.</summary>
    private const int MaxOutboxBytes = 16 << 20;

    /// <summary>How long a server that stops waits for a client to take its replies.</summary>
    private static readonly TimeSpan MaxStop = TimeSpan.FromSeconds(5);

    public override async Task OnConnectedAsync(ConnectionContext context)
    {
        var connection = Open(context);
        if (!connections.TryAdd(connection))
        {
            LogTooMany(context.RemoteEndPoint, options.Value.ZooKeeper.MaxConnectionsPerAddress);
            context.Abort();
            return;
        }

        metrics.WireConnectionOpened();
        try
        {
            await ServeAsync(connection, context);
        }
        catch (Exception gone) when (WireConnection.IsGone(gone))
        {
            // Nothing is left to be done for it.
        }
        finally
        {
            connection.End();
            await connection.Outbox.CloseAsync();
            applier.Arm((_, watches) =>
            {
                watches.RemoveAll(connection);
                return true;
            });
            connections.Remove(connection);
            metrics.WireConnectionClosed();
        }
    }

    private async Task ServeAsync(WireConnection connection, ConnectionContext context)
    {
        // When the server stops, what was taken is finished and nothing more is taken: from the first moment on, so
        // that clients turn to another server while HTTP requests are still finished.
        var lifetime = context.Features.Get<IConnectionLifetimeNotificationFeature>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(host.ApplicationStopping,
            lifetime?.ConnectionClosedRequested ?? CancellationToken.None);
        await using var stopping = end.Token.Register(() => _ = StopAsync(connection, context.Transport.Input));
        var closed = context.ConnectionClosed;
        if (await words.TryAnswerAsync(connection, context.Transport, closed))
        {
            return;
        }

        if (!pipeline.IsReady)
        {
            connection.Abort("the log is not loaded yet");
            return;
        }

        var zooKeeper = options.Value.ZooKeeper;
        var handshake = new Handshake(log, applier, sequencer, connections, zooKeeper);
        if (await handshake.RunAsync(connection, context.Transport.Input, closed))
        {
            var allowAnonymous = options.Value.Security.AllowAnonymous ?? true;
            var requests = new RequestLoop(connection, applier, sequencer, gate, voucher, zooKeeper, allowAnonymous,
                time);
            await requests.RunAsync(context.Transport.Input, closed);
        }
    }

    private async Task StopAsync(WireConnection connection, PipeReader input)
    {
        input.CancelPendingRead();
        await Task.Delay(MaxStop, time);
        connection.Abort("the server stops, and the client does not take its replies");
    }

    private WireConnection Open(ConnectionContext context)
    {
        var facts = new WireConnectionFacts(new SessionOwner(instance.Id, instance.NextConnection()),
            context.RemoteEndPoint, IdentitiesOf(context));
        WireConnection? opened = null;
        var statistics = new WireStatistics(time, connections.Statistics);
        var outbox = new Outbox(context.Transport.Output, MaxOutboxBytes, statistics,
            reason => opened!.Abort(reason));
        opened = new WireConnection(facts, outbox, statistics, tracker, time, logger, context.Abort);
        return opened;
    }

    private ImmutableArray<Identity> IdentitiesOf(ConnectionContext context)
    {
        var address = CallerIdentities.OfAddress((context.RemoteEndPoint as IPEndPoint)?.Address);
        return context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } certificate
            ? [address, .. CallerIdentities.OfCertificate(certificate, options.Value.ZooKeeper.SuperCertificate)]
            : [address];
    }

    [LoggerMessage(510, LogLevel.Warning, "A connection of {Peer} was refused: its address has {Max} already "
        + "(WebCoord:ZooKeeper:MaxConnectionsPerAddress)")]
    private partial void LogTooMany(EndPoint? peer, int max);
}
