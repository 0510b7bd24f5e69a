using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Threading.Channels;
using WebCoord.Scaleout.Tests.Checking;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Server.Tests.SignalR;

namespace WebCoord.Scaleout.Tests.Load;

/// <summary>
/// A hub client that watches the children of one folder, one registration after the other, and notes what it is told.
/// It keeps to one instance while that runs, and turns to another when its connection is lost.
/// </summary>
internal sealed class FolderWatcher(ServerCluster cluster, string name, string folder, EventLedger ledger,
    Random random)
{
    private int _watches;

    /// <summary>All pushes but the events of watches.</summary>
    public ConcurrentQueue<Arrival> Notices { get; } = [];

    /// <summary>The first instance to which it connects, by its number.</summary>
    public int Home { get; init; }

    public async Task RunAsync(CancellationToken stop)
    {
        var instance = cluster[Home];
        while (!stop.IsCancellationRequested)
        {
            var connection = ledger.Open(name);
            try
            {
                await using var client = await instance.ConnectAsync();
                await WatchAsync(client, connection, stop);
            }
            catch (Exception lost) when (lost is WebSocketException or IOException or ChannelClosedException
                or HubCallException or OperationCanceledException)
            {
                connection.End();
            }

            await Task.Delay(50, CancellationToken.None);
            instance = cluster.Running is { Count: > 0 } running ? running[random.Next(running.Count)] : instance;
        }
    }

    /// <summary>Watches until the connection is lost or its watches are dropped.</summary>
    private async Task WatchAsync(HubClient client, WatchedConnection connection, CancellationToken stop)
    {
        await ArmAsync(client, connection);
        while (true)
        {
            Arrival push;
            try
            {
                push = await client.NextAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Not the end of the connection for the ledger: what was armed had to fire until now.
                return;
            }

            if (push.Name == "WatchEvent")
            {
                connection.Fired(push.Order, push.WatchId, push.Zxid);
                await ArmAsync(client, connection);
                continue;
            }

            Notices.Enqueue(push);
            if (push.Name == "Resync")
            {
                connection.End();
                return;
            }
        }
    }

    private async Task ArmAsync(HubClient client, WatchedConnection connection)
    {
        var watchId = string.Create(CultureInfo.InvariantCulture, $"{name}-{++_watches}");
        var answer = await client.CallForArrivalAsync("Watch",
            new { watchId, path = folder, kind = "children", mode = "once", consistency = "local" });
        connection.Armed(answer.Order, watchId, answer.Zxid);
    }
}
