using WebCoord.Core.Sessions;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Keeps sessions alive and ends them: gathers who was heard of into one touch per tick, and half a tick later proposes
/// the end of those whose time is up. It also proposes the reaping of containers and TTL nodes.
/// </summary>
internal sealed class SessionTracker
{
    /// <summary>Notes that a session's client was heard of. Unknown sessions do no harm.</summary>
    public void Contact(SessionId session) => throw new NotImplementedException();

    /// <summary>Whether this instance's contact with the log is young enough to vouch for a session of that timeout; if
    /// not, its client should turn to another instance.</summary>
    public bool CanVouchFor(int timeoutMs) => throw new NotImplementedException();
}
