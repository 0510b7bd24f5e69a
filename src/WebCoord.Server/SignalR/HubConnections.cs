using System.Collections.Concurrent;

namespace WebCoord.Server.SignalR;

/// <summary>The connections of this instance that are open.</summary>
internal sealed class HubConnections
{
    private readonly ConcurrentDictionary<string, HubConnection> _open = new(StringComparer.Ordinal);

    public int Count => _open.Count;

    public IEnumerable<HubConnection> All => _open.Values;

    public void Add(HubConnection connection) => _open[connection.Facts.Id] = connection;

    /// <summary>The connection of that id; null when it is not open.</summary>
    public HubConnection? Find(string id) => _open.GetValueOrDefault(id);

    public HubConnection? Remove(string id) => _open.TryRemove(id, out var connection) ? connection : null;
}
