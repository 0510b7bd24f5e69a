using WebCoord.Core;
using WebCoord.Core.Sessions;

namespace WebCoord.Server.Contract;

/// <summary>A session to open.</summary>
internal sealed record OpenSessionBody
{
    /// <summary>How long the session may be silent before it ends, ms. Clamped to what the service allows.</summary>
    public int? TimeoutMs { get; init; }
}

/// <summary>A session that was opened.</summary>
internal sealed record OpenedSessionBody
{
    public required string SessionId { get; init; }

    /// <summary>The secret that makes a call part of the session: send it as WebCoord-Session.</summary>
    public required string Token { get; init; }

    /// <summary>How long the session may be silent before it ends, ms.</summary>
    public required int TimeoutMs { get; init; }
}

/// <summary>A session that is alive.</summary>
internal sealed record SessionBody
{
    public required string SessionId { get; init; }

    /// <summary>How long the session may be silent before it ends, ms.</summary>
    public required int TimeoutMs { get; init; }

    /// <summary>How much of that is left, by the clock of the log, ms. It stands still while the service is away.
    /// </summary>
    public required long ExpiresInMs { get; init; }

    /// <summary>The ephemeral nodes that go when the session ends; of them, those that the caller may read.</summary>
    public required IReadOnlyList<string> Ephemerals { get; init; }

    /// <summary>1 when a connection speaks for the session, 0 when it is used by single calls only.</summary>
    public required int Connections { get; init; }

    public static SessionBody From(Session session, CoordinationState state, Func<string, bool> mayRead) => new()
    {
        SessionId = session.Id.ToString(),
        TimeoutMs = session.TimeoutMs,
        ExpiresInMs = Math.Max(0, session.LastTouchMs + session.TimeoutMs - state.LogClockMs),
        Ephemerals = [.. session.Ephemerals.Where(mayRead)],
        Connections = session.Owner == default ? 0 : 1,
    };
}

/// <summary>The sessions that are alive, by id.</summary>
internal sealed record SessionsBody
{
    public required IReadOnlyList<SessionBody> Sessions { get; init; }
}
