using System.Diagnostics;
using System.Numerics;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Watches;

/// <summary>
/// Who watches what, and what a change tells whom (zookeeper-protocol section 7). It delivers nothing and checks no
/// ACL; its caller does both. Not safe for several threads at once. A watcher is what events are counted by: at most
/// one per watcher and trigger; a wire connection is one watcher for all its watches, a hub watch is one by itself.
/// Watchers are told apart by <see cref="object.Equals(object)"/>.
/// </summary>
/// <remarks>
/// One table leads from paths to watchers and one back, so that a change costs its own watchers and a lost connection
/// its own watches. All that a watcher has armed on one path is one set of bits: three modes for each of three kinds.
/// Recursive watches are found by looking at every ancestor of the node that changed.
/// </remarks>
public sealed class WatchManager<TWatcher>
    where TWatcher : class
{
    private const int Modes = 3;
    private const int DataBits = 0b111;
    private const int ChildrenBits = DataBits << Modes;
    private const int AclBits = ChildrenBits << Modes;
    private const int OneShotBits = 0b001_001_001;
    private const int PersistentBits = 0b010_010_010;
    private const int RecursiveBit = 0b100;

    private readonly Dictionary<string, WatchLinks<TWatcher>> _paths;
    private readonly Dictionary<string, WatchLinks<TWatcher>>.AlternateLookup<ReadOnlySpan<char>> _pathsBySpan;
    private readonly Dictionary<TWatcher, WatchLinks<string>> _watchers = [];

    /// <summary>Recursive watches; while there are none, ancestors need no look.</summary>
    private int _recursive;

    public WatchManager()
    {
        _paths = new Dictionary<string, WatchLinks<TWatcher>>(StringComparer.Ordinal);
        _pathsBySpan = _paths.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Number of (path, kind, watcher) registrations.</summary>
    public int Count { get; private set; }

    /// <summary>Arms a watch. Doing it again changes nothing; several modes may be armed at once. A persistent watch of
    /// kind data on the wire is armed for data and children by two calls.</summary>
    /// <exception cref="ArgumentException">A recursive watch is of another kind than data.</exception>
    public void Add(string path, WatchKind kind, WatchMode mode, TWatcher watcher)
    {
        if (mode == WatchMode.Recursive && kind != WatchKind.Data)
        {
            throw new ArgumentException("a recursive watch is of kind data; it tells of children by their own events");
        }

        var before = Find(path, watcher);
        Update(path, watcher, before, before | Bit(kind, mode));
    }

    /// <summary>Removes one registration; false if there was none.</summary>
    public bool Remove(string path, WatchKind kind, WatchMode mode, TWatcher watcher)
    {
        var before = Find(path, watcher);
        var after = before & ~Bit(kind, mode);
        Update(path, watcher, before, after);
        return before != after;
    }

    public bool Contains(string path, WatchKind kind, WatchMode mode, TWatcher watcher) =>
        (Find(path, watcher) & Bit(kind, mode)) != 0;

    /// <summary>Removes everything.</summary>
    /// <returns>Those who had armed something, in no order.</returns>
    public TWatcher[] Clear()
    {
        var watchers = _watchers.Keys.ToArray();
        _paths.Clear();
        _watchers.Clear();
        _recursive = 0;
        Count = 0;
        return watchers;
    }

    /// <summary>On how many paths a watcher has armed something.</summary>
    public int CountPaths(TWatcher watcher) =>
        _watchers.TryGetValue(watcher, out var paths) ? paths.Count : 0;

    /// <summary>The paths on which a watcher has armed something of a kind, in no order.</summary>
    public string[] PathsOf(TWatcher watcher, WatchKind kind)
    {
        var bits = DataBits << (Modes * (int)kind);
        return _watchers.TryGetValue(watcher, out var paths)
            ? [.. paths.ToArray().Where(path => (path.Value & bits) != 0).Select(path => path.Key)]
            : [];
    }

    /// <summary>Removes all that a watcher has armed.</summary>
    public void RemoveAll(TWatcher watcher)
    {
        if (_watchers.TryGetValue(watcher, out var paths))
        {
            foreach (var (path, bits) in paths.ToArray())
            {
                Update(path, watcher, bits, 0);
            }
        }
    }

    /// <summary>What the change tells whom, in order; one-shot watches that fire are gone.</summary>
    public void Fire(Change change, ICollection<Delivery<TWatcher>> deliveries)
    {
        if (Count == 0)
        {
            return;
        }

        // The data table comes before the child table, and a watcher of both hears of a deletion once: so both are one
        // look here. A recursive watch nearer the root keeps silent where a watch of the same watcher has spoken.
        var (type, kinds) = change.Type switch
        {
            ChangeType.Created => (WatchEventType.Created, DataBits | AclBits),
            ChangeType.Deleted => (WatchEventType.Deleted, DataBits | ChildrenBits | AclBits),
            ChangeType.DataChanged => (WatchEventType.DataChanged, DataBits),
            ChangeType.AclChanged => (WatchEventType.AclChanged, AclBits),
            _ => throw new UnreachableException($"unknown change {change.Type}"),
        };
        var told = new WatchEvent(type, change.Path, change.Zxid, change.Index * 2, change.Version, change.Cause);
        var spoken = _recursive > 0 && type != WatchEventType.AclChanged ? new HashSet<TWatcher>() : null;
        FireExact(change.Path, kinds, told, change.Acl, spoken, deliveries);
        if (spoken is not null)
        {
            FireAncestors(told, change.Acl, spoken, deliveries);
        }

        if (change.ParentAcl is { } parentAcl)
        {
            FireParent(change, parentAcl, deliveries);
        }
    }

    private void FireExact(string path, int kinds, WatchEvent told, Acl acl, HashSet<TWatcher>? spoken,
        ICollection<Delivery<TWatcher>> deliveries)
    {
        if (!_paths.TryGetValue(path, out var watchers))
        {
            return;
        }

        foreach (var (watcher, bits) in watchers.ToArray())
        {
            var fired = bits & kinds;
            if (fired != 0)
            {
                deliveries.Add(new Delivery<TWatcher>(watcher, told, ModeOf(fired), acl));
                spoken?.Add(watcher);
                Update(path, watcher, bits, bits & ~(fired & OneShotBits));
            }
        }
    }

    private void FireAncestors(WatchEvent told, Acl acl, HashSet<TWatcher> spoken,
        ICollection<Delivery<TWatcher>> deliveries)
    {
        var path = told.Path.AsSpan();
        while (path.Length > 1)
        {
            path = ParentOf(path);
            if (!_pathsBySpan.TryGetValue(path, out var watchers))
            {
                continue;
            }

            foreach (var (watcher, bits) in watchers.ToArray())
            {
                if ((bits & RecursiveBit) != 0 && spoken.Add(watcher))
                {
                    deliveries.Add(new Delivery<TWatcher>(watcher, told, WatchMode.Recursive, acl));
                }
            }
        }
    }

    private void FireParent(Change change, Acl parentAcl, ICollection<Delivery<TWatcher>> deliveries)
    {
        if (_pathsBySpan.TryGetValue(ParentOf(change.Path), out var parent, out _))
        {
            var told = new WatchEvent(WatchEventType.ChildrenChanged, parent, change.Zxid, (change.Index * 2) + 1, null,
                change.Cause);
            FireExact(parent, ChildrenBits, told, parentAcl, null, deliveries);
        }
    }

    private int Find(string path, TWatcher watcher) =>
        _paths.TryGetValue(path, out var links) ? links.Find(watcher) : 0;

    /// <summary>Makes the bits of a watcher on a path what they are to be, in both tables and in all counts.</summary>
    private void Update(string path, TWatcher watcher, int before, int after)
    {
        if (before == after)
        {
            return;
        }

        Count += KindsOf(after) - KindsOf(before);
        _recursive += Math.Sign(after & RecursiveBit) - Math.Sign(before & RecursiveBit);

        // Both tables hold the same string, however many watchers came with a copy of it.
        path = _pathsBySpan.TryGetValue(path, out var known, out _) ? known : path;
        Link(_paths, path, watcher, after);
        Link(_watchers, watcher, path, after);
    }

    private static void Link<TFrom, TTo>(Dictionary<TFrom, WatchLinks<TTo>> table, TFrom from, TTo to, int value)
        where TFrom : class
        where TTo : class
    {
        var links = table.GetValueOrDefault(from);
        links.Set(to, value);
        if (links.IsEmpty)
        {
            table.Remove(from);
        }
        else
        {
            table[from] = links;
        }
    }

    private static int Bit(WatchKind kind, WatchMode mode) => 1 << (((int)kind * Modes) + (int)mode);

    private static int KindsOf(int bits) =>
        BitOperations.PopCount((uint)(bits | (bits >> 1) | (bits >> 2)) & OneShotBits);

    private static WatchMode ModeOf(int bits) =>
        (bits & OneShotBits) != 0 ? WatchMode.OneShot
        : (bits & PersistentBits) != 0 ? WatchMode.Persistent
        : WatchMode.Recursive;

    private static ReadOnlySpan<char> ParentOf(ReadOnlySpan<char> path) => path[..Math.Max(1, path.LastIndexOf('/'))];
}
