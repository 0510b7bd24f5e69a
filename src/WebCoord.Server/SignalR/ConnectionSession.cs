using WebCoord.Core;
using WebCoord.Core.Sessions;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.SignalR;

/// <summary>
/// The session that a connection speaks for, and what its client was told about it. A session that is lost, because it
/// ended or moved to another connection, stays the connection's: its writes are refused, rather than done outside any
/// session, until the client opens one again.
/// </summary>
internal sealed class ConnectionSession(HubConnection connection)
{
    /// <summary>What the client was told last.</summary>
    private enum Standing
    {
        Connected,

        /// <summary>This instance does not vouch for it at present.</summary>
        Suspended,

        /// <summary>Another connection has it.</summary>
        Moved,

        /// <summary>It is no more.</summary>
        Ended,
    }

    private readonly Lock _lock = new();
    private Standing _standing = Standing.Ended;
    private bool _isClosing;

    /// <summary>None until one is opened, and after it is closed.</summary>
    public SessionId Id { get; private set; }

    /// <summary>Whether the connection has a session that it has not lost.</summary>
    public bool IsHeld => Id != SessionId.None && _standing is Standing.Connected or Standing.Suspended;

    public void Begin(SessionId id, bool resumed)
    {
        lock (_lock)
        {
            Id = id;
            Tell(Standing.Connected, "connected", resumed ? "resumed-by-token" : null);
        }
    }

    /// <summary>The client closes it: from now on its end is no news.</summary>
    /// <returns>Which; none if there is none.</returns>
    public SessionId BeginClosing()
    {
        lock (_lock)
        {
            _isClosing = true;
            return Id;
        }
    }

    public void EndClosing(bool isClosed)
    {
        lock (_lock)
        {
            _isClosing = false;
            if (isClosed)
            {
                Id = SessionId.None;
                _standing = Standing.Ended;
            }
        }
    }

    /// <summary>Looks at what became of the session, once in every tick.</summary>
    public void Follow(Applier applier, SessionTracker tracker)
    {
        lock (_lock)
        {
            // Read inside the lock: a state from before the session began must not end it.
            if (IsHeld && !_isClosing)
            {
                Follow(applier.State, tracker);
            }
        }
    }

    private void Follow(CoordinationState state, SessionTracker tracker)
    {
        var session = state.Sessions.Find(Id);
        if (session is null)
        {
            Tell(Standing.Ended, "expired", EndReason(state));
            return;
        }

        if (session.Owner != connection.Facts.Owner)
        {
            Tell(Standing.Moved, "suspended", "session-moved");
            return;
        }

        if (connection.Facts.Activity.TakeReceived())
        {
            tracker.Contact(Id);
        }

        var vouched = tracker.CanVouchFor(session.TimeoutMs);
        if (!vouched && _standing == Standing.Connected)
        {
            Tell(Standing.Suspended, "suspended", "log-unavailable");
        }
        else if (vouched && _standing == Standing.Suspended)
        {
            Tell(Standing.Connected, "resumed", null);
        }
    }

    private string EndReason(CoordinationState state) =>
        state.Sessions.Ended.TryGetValue(Id, out var end) && end.Reason == SessionEndReason.Closed
            ? "session-closed"
            : "session-expired";

    private void Tell(Standing standing, string state, string? reason)
    {
        _standing = standing;
        connection.Notify(client => client.SessionEvent(new SessionNotice(state, reason)));
    }
}
