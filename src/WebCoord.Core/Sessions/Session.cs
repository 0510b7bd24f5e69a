using System.Collections.Immutable;

namespace WebCoord.Core.Sessions;

/// <summary>Which connection of which instance speaks for a session. The default value stands for no connection: REST
/// calls have none.</summary>
public readonly record struct SessionOwner(long Instance, long Connection);

/// <summary>A session that is alive.</summary>
public sealed record Session
{
    public required SessionId Id { get; init; }

    /// <summary>16 secret bytes that prove the right to use the session; ZooKeeper calls them its password.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>How long the session lives without being touched, ms of the log clock.</summary>
    public required int TimeoutMs { get; init; }

    /// <summary>The log clock when the session was last touched, ms.</summary>
    public required long LastTouchMs { get; init; }

    /// <summary>The connection that attached the session last.</summary>
    public SessionOwner Owner { get; init; }

    /// <summary>Paths of the ephemeral nodes that go when the session ends, in ordinal order.</summary>
    public ImmutableSortedSet<string> Ephemerals { get; init; } = NoEphemerals;

    /// <summary>Whether the log clock has passed the session's deadline.</summary>
    public bool IsOverdue(long logClockMs) => logClockMs - LastTouchMs > TimeoutMs;

    internal static ImmutableSortedSet<string> NoEphemerals { get; } =
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
}

/// <summary>Why a session ended.</summary>
public enum SessionEndReason
{
    /// <summary>Its client closed it.</summary>
    Closed = 0,

    /// <summary>Its client was not heard of for longer than the timeout.</summary>
    Expired = 1,

    /// <summary>The log lost a part of what was done in it. From feature level 2 on.</summary>
    LogRegressed = 2,
}

/// <summary>What is remembered of a session that ended; <paramref name="AtMs"/> is wall time, ms since 1970.</summary>
public readonly record struct SessionEnd(SessionEndReason Reason, long AtMs);
