using WebCoord.Core;
using WebCoord.Server.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Wire;

/// <summary>Once in every tick: keeps the sessions of clients that were heard of alive, ends the connections of those
/// whose session is gone, and of those that never asked for one. When the state jumps, all connections end: what their
/// clients have seen may be no more.</summary>
internal sealed class WirePulse(WireConnections connections, Applier applier, ITransactionLog log, TimeProvider time)
    : BackgroundService
{
    /// <summary>How long a connection may take over its handshake (zookeeper-protocol section 1.4).</summary>
    public static readonly TimeSpan MaxHandshake = TimeSpan.FromSeconds(10);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        applier.Displacing += DisplaceAll;
        return base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        applier.Displacing -= DisplaceAll;
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var tick = TimeSpan.FromMilliseconds(applier.State.Settings.TickMs);
            var began = time.GetTimestamp();
            await Task.Delay(tick, time, stoppingToken);

            // While an instance with a log of its own sleeps, nobody ends its sessions.
            var overslept = log.Description.IsShared ? time.GetElapsedTime(began) - tick : TimeSpan.Zero;
            foreach (var connection in connections.All)
            {
                if (connection.Session is null && time.GetElapsedTime(connection.OpenedAt) > MaxHandshake)
                {
                    connection.Abort("it asked for no session");
                }

                connection.Follow(applier, overslept);
            }
        }
    }

    /// <summary>Before anybody sees the new state: no answer from it may reach a client that has seen what is lost.
    /// </summary>
    private void DisplaceAll(Displacement why, CoordinationState state)
    {
        foreach (var connection in connections.All.Where(connection => connection.Session is not null))
        {
            connection.Displace(why);
        }
    }
}
