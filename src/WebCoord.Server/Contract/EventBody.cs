using System.Globalization;
using WebCoord.Core;
using WebCoord.Core.Watches;

namespace WebCoord.Server.Contract;

/// <summary>What a watch tells, the same everywhere.</summary>
internal sealed record EventBody
{
    /// <summary>An opaque cursor: the place right after this event.</summary>
    public required string Id { get; init; }

    /// <summary><c>created</c>, <c>deleted</c>, <c>dataChanged</c>, <c>childrenChanged</c>, or <c>watchRevoked</c> when
    /// the caller may no longer read what the watch would have told; others may come.</summary>
    public required string Type { get; init; }

    public required string Path { get; init; }

    /// <summary>The zxid of the change, decimal.</summary>
    public required string Zxid { get; init; }

    /// <summary>The version of the data; absent for childrenChanged.</summary>
    public int? Version { get; init; }

    /// <summary><c>write</c>, <c>session-closed</c>, <c>session-expired</c>, <c>ttl</c>, <c>container</c> or
    /// <c>recursive-delete</c>; others may come.</summary>
    public required string Cause { get; init; }

    public static EventBody From(WatchEvent watchEvent) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{watchEvent.Zxid.Value}-{watchEvent.Index}"),
        Type = TypeOf(watchEvent.Type),
        Path = watchEvent.Path,
        Zxid = watchEvent.Zxid.ToString(),
        Version = watchEvent.Version,
        Cause = CauseOf(watchEvent.Cause),
    };

    private static string TypeOf(WatchEventType type) => type switch
    {
        WatchEventType.Created => "created",
        WatchEventType.Deleted => "deleted",
        WatchEventType.DataChanged => "dataChanged",
        WatchEventType.ChildrenChanged => "childrenChanged",
        WatchEventType.AclChanged => "aclChanged",
        _ => "watchRevoked",
    };

    private static string CauseOf(ChangeCause cause) => cause switch
    {
        ChangeCause.SessionClosed => "session-closed",
        ChangeCause.SessionExpired => "session-expired",
        ChangeCause.Ttl => "ttl",
        ChangeCause.Container => "container",
        ChangeCause.RecursiveDelete => "recursive-delete",
        _ => "write",
    };
}
