using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace WebCoord.Server.SignalR;

/// <summary>What the hub pushes to a client. SignalR makes the sending side of it at run time, in an assembly of its
/// own, and that can only see public types.</summary>
[SuppressMessage("Maintainability", "CA1515", Justification = "SignalR refuses a client interface that is not public.")]
public interface ICoordinationClient
{
    /// <summary>A watch fired; a one-shot watch is gone with that.</summary>
    /// <param name="watchId">The client's own name for the watch.</param>
    /// <param name="watchEvent">The event, as everywhere; serialised once for all clients.</param>
    Task WatchEvent(string watchId, object watchEvent);

    /// <summary>The connection's session changed its state.</summary>
    Task SessionEvent(SessionNotice notice);

    /// <summary>Something happened to the service as a whole.</summary>
    Task ClusterEvent(ClusterNotice notice);

    /// <summary>Events were lost and every watch of the connection is gone: read again, and arm again.</summary>
    Task Resync(ResyncNotice notice);
}

/// <param name="State"><c>connected</c>, <c>suspended</c>, <c>resumed</c> or <c>expired</c>.</param>
/// <param name="Reason">A word for programs: <c>resumed-by-token</c>, <c>log-unavailable</c>, <c>session-moved</c>,
/// <c>instance-stopping</c>, <c>session-closed</c>, <c>session-expired</c> or <c>log-regressed</c>; null when there is
/// nothing to say.</param>
[SuppressMessage("Maintainability", "CA1515", Justification = "It is a parameter of the public client interface.")]
public sealed record SessionNotice(string State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Reason);

/// <param name="Type"><c>instanceJoined</c>, <c>instanceLeft</c>, <c>logUnavailable</c>, <c>logRestored</c> or
/// <c>logRegressed</c>.</param>
/// <param name="Instance">The name of the instance that it is about; of the one that tells, for the log.</param>
/// <param name="Zxid">The last zxid applied here when it was noticed, decimal.</param>
[SuppressMessage("Maintainability", "CA1515", Justification = "It is a parameter of the public client interface.")]
public sealed record ClusterNotice(string Type, string Instance, string Zxid);

/// <param name="Reason">Why: <c>queue-overflow</c>, <c>log-regressed</c> or <c>instance-was-behind</c>.</param>
/// <param name="Zxid">The state that may be read instead, decimal. A watch whose call was answered with this zxid or a
/// lower one is gone.</param>
[SuppressMessage("Maintainability", "CA1515", Justification = "It is a parameter of the public client interface.")]
public sealed record ResyncNotice(string Reason, string Zxid);
