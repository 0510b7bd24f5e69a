using System.Collections.Concurrent;

namespace WebCoord.Scaleout.Tests.Checking;

/// <summary>
/// What watchers of one folder were told about the items created in it, over all their connections. In the end it is
/// compared with what is there: every registration had the one event that it was armed for, and on every connection
/// events came in the order of zxids and before any answer that shows what they tell of.
/// </summary>
internal sealed class EventLedger
{
    private readonly ConcurrentQueue<WatchedConnection> _connections = [];

    public int EventCount => _connections.Sum(connection => connection.EventCount);

    /// <summary>A connection on which a client begins to watch.</summary>
    public WatchedConnection Open(string client)
    {
        var connection = new WatchedConnection(client);
        _connections.Enqueue(connection);
        return connection;
    }

    /// <summary>What is wrong, given all items that were created in the folder and are still there.</summary>
    /// <param name="from">What was armed before this zxid is not looked at: the items of that time may be lost.</param>
    public IReadOnlyList<string> FindViolations(IReadOnlyCollection<Item> items, long from = 0)
    {
        long[] changes = [.. items.Select(item => item.Zxid).Order()];
        return [.. _connections.SelectMany(connection => connection.FindViolations(changes, from))];
    }
}
