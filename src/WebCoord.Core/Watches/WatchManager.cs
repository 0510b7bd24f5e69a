namespace WebCoord.Core.Watches;

/// <summary>
/// Who watches what, and what a change tells whom (zookeeper-protocol section 7). It delivers nothing and checks no ACL;
/// its caller does both. Not safe for several threads at once. A watcher is what events are counted by: at most one per
/// watcher and trigger; a wire connection is one watcher for all its watches, a hub watch is one by itself.
/// </summary>
public sealed class WatchManager<TWatcher>
    where TWatcher : class
{
    /// <summary>Number of (path, kind, watcher) registrations.</summary>
    public int Count { get; private set; }

    /// <summary>Arms a watch. Doing it again changes nothing; several modes may be armed at once. A persistent watch of
    /// kind data on the wire is armed for data and children by two calls.</summary>
    public void Add(string path, WatchKind kind, WatchMode mode, TWatcher watcher) => throw new NotImplementedException();

    /// <summary>Removes one registration; false if there was none.</summary>
    public bool Remove(string path, WatchKind kind, WatchMode mode, TWatcher watcher) => throw new NotImplementedException();

    public bool Contains(string path, WatchKind kind, WatchMode mode, TWatcher watcher) => throw new NotImplementedException();

    /// <summary>Removes all that a watcher has armed.</summary>
    public void RemoveAll(TWatcher watcher) => throw new NotImplementedException();

    /// <summary>What the change tells whom, in order; one-shot watches that fire are gone.</summary>
    public void Fire(Change change, ICollection<Delivery<TWatcher>> deliveries) => throw new NotImplementedException();
}
