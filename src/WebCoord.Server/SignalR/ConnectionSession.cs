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
    /// <param name="overslept">How much later than it should have been that is: who sleeps does not vouch.</param>
    /// <param name="mayResume">Whether all that was in the log a moment ago is known to be applied.</param>
    /// <returns>Whether the session would go on if that were known.</returns>
    public bool Follow(Applier applier, SessionTracker tracker, TimeSpan overslept, bool mayResume)
    {
        lock (_lock)
        {
            // Read inside the lock: a state from before the session began must not end it.
            return IsHeld && !_isClosing && Follow(applier.State, tracker, overslept, mayResume);
        }
    }

    /// <summary>Looks whether the client must be told, before a call of its own is answered, that nobody vouches for
    /// its session.</summary>
    public void Judge(Applier applier, SessionTracker tracker)
    {
        lock (_lock)
        {
            if (IsHeld && applier.State.Sessions.Find(Id) is { } session && !tracker.CanVouchFor(session.TimeoutMs))
            {
                Suspend();
            }
        }
    }

    private bool Follow(CoordinationState state, SessionTracker tracker, TimeSpan overslept, bool mayResume)
    {
        var session = state.Sessions.Find(Id);
        if (session is null)
        {
            Tell(Standing.Ended, "expired", EndReason(state));
            return false;
        }

        if (session.Owner != connection.Facts.Owner)
        {
            Tell(Standing.Moved, "suspended", "session-moved");
            return false;
        }

        if (connection.Facts.Activity.TakeReceived())
        {
            tracker.Contact(Id);
        }

        if (!tracker.CanVouchFor(session.TimeoutMs) || overslept.TotalMilliseconds > session.TimeoutMs / 3.0)
        {
            Suspend();
            return false;
        }

        if (mayResume && _standing == Standing.Suspended)
        {
            Tell(Standing.Connected, "resumed", null);
        }

        return _standing == Standing.Suspended;
    }

    private void Suspend()
    {
        if (_standing == Standing.Connected)
        {
            Tell(Standing.Suspended, "suspended", "log-unavailable");
        }
    }

    /// <summary>A session that the state is too old to know was opened in a part of the log that was lost.</summary>
    private string EndReason(CoordinationState state) =>
        state.WhyEnded(Id) switch
        {
            SessionEndReason.Closed => "session-closed",
            SessionEndReason.LogRegressed => "log-regressed",
            null when Id.TryGetCreation(out var creation) && creation > state.LastZxid => "log-regressed",
            _ => "session-expired",
        };

    private void Tell(Standing standing, string state, string? reason)
    {
        _standing = standing;
        connection.Notify(client => client.SessionEvent(new SessionNotice(state, reason)));
    }
}
