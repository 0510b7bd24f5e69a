using System.Collections.Concurrent;
using System.Net;
using WebCoord.Core;
using WebCoord.Core.Sessions;

namespace WebCoord.Server.Wire;

/// <summary>The open wire connections of this instance, also by session and counted by address.</summary>
internal sealed class WireConnections(int maxPerAddress, TimeProvider time)
{
    private readonly ConcurrentDictionary<WireConnection, bool> _all = new();
    private readonly ConcurrentDictionary<SessionId, WireConnection> _bySession = new();
    private readonly Dictionary<IPAddress, int> _byAddress = [];
    private readonly Lock _lock = new();

    /// <summary>What all connections together have done, those included that are gone.</summary>
    public WireStatistics Statistics { get; } = new(time);

    public IEnumerable<WireConnection> All => _all.Keys;

    public int Count => _all.Count;

    /// <summary>Takes in a connection; false when its address has as many as it may have.</summary>
    public bool TryAdd(WireConnection connection)
    {
        if (AddressOf(connection) is { } address)
        {
            lock (_lock)
            {
                var open = _byAddress.GetValueOrDefault(address);
                if (maxPerAddress > 0 && open >= maxPerAddress)
                {
                    return false;
                }

                _byAddress[address] = open + 1;
            }
        }

        _all.TryAdd(connection, true);
        return true;
    }

    /// <summary>A connection has its session now: the one that had it before ends (zookeeper-protocol section 8.4). Of
    /// several that come at once the state names the owner.</summary>
    /// <param name="state">One in which the connection was given the session, or a later one.</param>
    public void Begin(WireConnection connection, CoordinationState state)
    {
        if (!connection.Holds(state))
        {
            connection.Abort("another connection was given its session meanwhile");
            return;
        }

        var session = connection.Session!.Id;
        while (!_bySession.TryAdd(session, connection))
        {
            if (_bySession.TryRemove(session, out var before))
            {
                before.Abort("its client has come back by another connection");
            }
        }
    }

    public void Remove(WireConnection connection)
    {
        if (!_all.TryRemove(connection, out _))
        {
            return;
        }

        if (connection.Session is { } session)
        {
            _bySession.TryRemove(KeyValuePair.Create(session.Id, connection));
        }

        if (AddressOf(connection) is not { } address)
        {
            return;
        }

        lock (_lock)
        {
            var open = _byAddress[address] - 1;
            if (open == 0)
            {
                _byAddress.Remove(address);
            }
            else
            {
                _byAddress[address] = open;
            }
        }
    }

    private static IPAddress? AddressOf(WireConnection connection) => (connection.Facts.Peer as IPEndPoint)?.Address;
}
