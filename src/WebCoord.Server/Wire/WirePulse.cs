using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Wire;

/// <summary>Once in every tick: keeps the sessions of clients that were heard of alive, ends the connections of those
/// whose session is gone, and of those that never asked for one.</summary>
internal sealed class WirePulse(WireConnections connections, Applier applier, TimeProvider time) : BackgroundService
{
    /// <summary>How long a connection may take over its handshake (zookeeper-protocol section 1.4).</summary>
    public static readonly TimeSpan MaxHandshake = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(applier.State.Settings.TickMs), time, stoppingToken);
            foreach (var connection in connections.All)
            {
                if (connection.Session is null && time.GetElapsedTime(connection.OpenedAt) > MaxHandshake)
                {
                    connection.Abort("it asked for no session");
                }

                connection.Follow(applier);
            }
        }
    }
}
