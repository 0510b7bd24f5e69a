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
/// It keeps to one instance while that runs, and turns to another when its connection is lost. Told to begin anew, it
/// does so on the connection it has.
/// </summary>
internal sealed class FolderWatcher(ServerCluster cluster, string name, string folder, EventLedger ledger,
    Random random)
{
    /// <summary>What it was told since it began to watch on this connection, or since its watches were dropped.
    /// </summary>
    private WatchedConnection _told = new(name);
    private int _watches;

    /// <summary>All pushes but the events of watches.</summary>
    public ConcurrentQueue<Arrival> Notices { get; } = [];

    /// <summary>The first instance to which it connects, by its number.</summary>
    public int Home { get; init; }

    /// <summary>Of the registration made last.</summary>
    private string WatchId => string.Create(CultureInfo.InvariantCulture, $"{name}-{_watches}");

    public async Task RunAsync(CancellationToken stop)
    {
        var instance = cluster[Home];
        while (!stop.IsCancellationRequested)
        {
            _told = ledger.Open(name);
            try
            {
                await using var client = await instance.ConnectAsync();
                await WatchAsync(client, stop);
            }
            catch (Exception lost) when (lost is WebSocketException or IOException or ChannelClosedException
                or HubCallException or OperationCanceledException)
            {
                _told.End();
            }

            await Task.Delay(50, CancellationToken.None);
            instance = cluster.Running is { Count: > 0 } running ? running[random.Next(running.Count)] : instance;
        }
    }

    /// <summary>Watches until the connection is lost.</summary>
    private async Task WatchAsync(HubClient client, CancellationToken stop)
    {
        var armed = await ArmAsync(client);
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
                _told.Fired(push.Order, push.WatchId, push.Zxid);
                armed = await ArmAsync(client);
                continue;
            }

            Notices.Enqueue(push);
            if (push.Name == "Resync")
            {
                armed = await BeginAnewAsync(client, push, armed);
            }
        }
    }

    /// <summary>The watches were dropped, and the state may have gone back: nothing of before is compared with what
    /// comes. A watch that was answered after that counts.</summary>
    private async Task<Arrival> BeginAnewAsync(HubClient client, Arrival resync, Arrival armed)
    {
        _told.End();
        _told = ledger.Open(name);
        if (armed.Order < resync.Order)
        {
            return await ArmAsync(client);
        }

        _told.Armed(armed.Order, WatchId, armed.Zxid);
        return armed;
    }

    /// <returns>The answer.</returns>
    private async Task<Arrival> ArmAsync(HubClient client)
    {
        _watches++;
        var answer = await client.CallForArrivalAsync("Watch",
            new { watchId = WatchId, path = folder, kind = "children", mode = "once", consistency = "local" });
        _told.Armed(answer.Order, WatchId, answer.Zxid);
        return answer;
    }
}
