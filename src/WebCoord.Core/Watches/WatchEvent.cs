using WebCoord.Core.Tree;

namespace WebCoord.Core.Watches;

/// <summary>What a watch tells. The first four numbers are ZooKeeper's.</summary>
public enum WatchEventType
{
    Created = 1,
    Deleted = 2,
    DataChanged = 3,
    ChildrenChanged = 4,

    /// <summary>The watch is gone, because its holder may not read what it would have told. Not ZooKeeper's.</summary>
    Revoked = 100,

    /// <summary>The ACL was set; only <see cref="WatchKind.Acl"/> watches hear of it. Not ZooKeeper's.</summary>
    AclChanged = 101,
}

/// <summary>What happened, as a watch tells it.</summary>
/// <param name="Path">The node watched; for a recursive watch, the node that changed.</param>
/// <param name="Index">Place among the events that one zxid can cause, so that (zxid, index) names an event.</param>
/// <param name="Version">The data version, save for <see cref="WatchEventType.ChildrenChanged"/>.</param>
public sealed record WatchEvent(WatchEventType Type, string Path, Zxid Zxid, int Index, int? Version,
    ChangeCause Cause);

/// <summary>What a watch looks at.</summary>
public enum WatchKind
{
    /// <summary>Data and existence of a node.</summary>
    Data = 0,

    /// <summary>The list of a node's children.</summary>
    Children = 1,

    /// <summary>The ACL of a node.</summary>
    Acl = 2,
}

/// <summary>How long a watch lasts and how far it sees.</summary>
public enum WatchMode
{
    /// <summary>One event.</summary>
    OneShot = 0,

    /// <summary>Until it is removed.</summary>
    Persistent = 1,

    /// <summary>Until it is removed, and for every node below too, but never <see
    /// cref="WatchEventType.ChildrenChanged"/>.</summary>
    Recursive = 2,
}

/// <summary>An event for one watcher. The caller delivers it if <paramref name="Acl"/> lets the watcher read; else it
/// tells a one-shot watcher that its watch was revoked, and others nothing.</summary>
/// <param name="Mode">Of the watch that fired; one-shot if the watcher had several here, one of them one-shot.</param>
public readonly record struct Delivery<TWatcher>(TWatcher Watcher, WatchEvent Event, WatchMode Mode, Acl Acl);
