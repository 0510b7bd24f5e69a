using System.Collections.Immutable;
using System.Diagnostics;

namespace WebCoord.Core.Tree;

/// <summary>
/// The tree of znodes at one zxid. Immutable: every change returns a new tree that shares all it can with the old one,
/// so a reader's tree is a consistent snapshot for as long as it is held. The changing methods know structure and sums
/// only; what is allowed, and what a command does to versions, is the state machine's business.
/// </summary>
public sealed class DataTree
{
    private readonly record struct Sums(long NodeCount, long DataBytes, ulong Digest);

    private readonly Sums _sums;

    private DataTree(Znode root, Sums sums, ImmutableSortedSet<string> reapable)
    {
        Root = root;
        _sums = sums;
        Reapable = reapable;
    }

    /// <summary>The nodes that always exist, as a fresh ZooKeeper has them (zookeeper-protocol section 4.3).</summary>
    public static DataTree Initial { get; } = CreateInitial();

    public Znode Root { get; }

    /// <summary>All nodes, the root and those of /zookeeper included.</summary>
    public long NodeCount => _sums.NodeCount;

    /// <summary>The sum of the data lengths of all nodes.</summary>
    public long DataBytes => _sums.DataBytes;

    /// <summary>The sum of the digests of all nodes with their paths.</summary>
    public ulong Digest => _sums.Digest;

    /// <summary>Paths of container and TTL nodes: what the reaper looks through.</summary>
    public ImmutableSortedSet<string> Reapable { get; }

    /// <summary>The node at a path; null when there is none, whatever the reason. Allocates nothing.</summary>
    public Znode? Find(ReadOnlySpan<char> path)
    {
        if (path is not ['/', ..])
        {
            return null;
        }

        var node = Root;
        var rest = path[1..];
        while (node is not null && !rest.IsEmpty)
        {
            var slash = rest.IndexOf('/');
            node = node.Children.Find(slash < 0 ? rest : rest[..slash]);
            if (slash == rest.Length - 1)
            {
                return null;
            }

            rest = slash < 0 ? [] : rest[(slash + 1)..];
        }

        return node;
    }

    public Znode? Find(ZnodePath path) => Find(path.Value.AsSpan());

    /// <summary>The node with everything below it, parents before children and siblings in ordinal order, down to
    /// <paramref name="depth"/> levels below the node.</summary>
    public static IEnumerable<(ZnodePath Path, Znode Node)> Walk(ZnodePath path, Znode node, int depth = int.MaxValue)
    {
        yield return (path, node);
        var levels = new Stack<(ZnodePath Path, IEnumerator<Znode> Children)>();
        if (depth > 0)
        {
            levels.Push((path, node.Children.GetEnumerator()));
        }

        while (levels.TryPeek(out var level))
        {
            if (!level.Children.MoveNext())
            {
                levels.Pop();
                continue;
            }

            var child = level.Children.Current;
            var childPath = level.Path.Child(child.Name);
            yield return (childPath, child);
            if (levels.Count < depth && child.Children.Count > 0)
            {
                levels.Push((childPath, child.Children.GetEnumerator()));
            }
        }
    }

    /// <summary>A tree whose sums are known; used when a snapshot is read.</summary>
    internal static DataTree Of(Znode root, long nodeCount, long dataBytes, ulong digest,
        ImmutableSortedSet<string> reapable) => new(root, new Sums(nodeCount, dataBytes, digest), reapable);

    /// <summary>Replaces a node that exists; its children stay what the new node says.</summary>
    internal DataTree Replace(ZnodePath path, Znode before, Znode after)
    {
        var sums = new Sums(NodeCount, DataBytes + after.DataLength - before.DataLength,
            unchecked(Digest - StateDigest.OfNode(path.Value, before) + StateDigest.OfNode(path.Value, after)));
        return new DataTree(WithNode(path, after), sums, Reapable);
    }

    /// <summary>Adds a node whose name is free. <paramref name="parent"/> is what becomes of its parent, still without
    /// the child.</summary>
    internal DataTree Add(ZnodePath path, Znode node, Znode parent)
    {
        var grown = parent with { Children = parent.Children.Set(node) };
        var tree = Replace(path.Parent, Find(path.Parent)!, grown);
        var sums = new Sums(tree.NodeCount + 1, tree.DataBytes + node.DataLength,
            unchecked(tree.Digest + StateDigest.OfNode(path.Value, node)));
        var reapable = node.Kind is NodeKind.Container or NodeKind.Ttl ? Reapable.Add(path.Value) : Reapable;
        return new DataTree(tree.Root, sums, reapable);
    }

    /// <summary>Removes a node without children. <paramref name="parent"/> is what becomes of its parent, still with
    /// the child.</summary>
    internal DataTree Remove(ZnodePath path, Znode node, Znode parent)
    {
        var shrunk = parent with { Children = parent.Children.Remove(node.Name) };
        var tree = Replace(path.Parent, Find(path.Parent)!, shrunk);
        var sums = new Sums(tree.NodeCount - 1, tree.DataBytes - node.DataLength,
            unchecked(tree.Digest - StateDigest.OfNode(path.Value, node)));
        var reapable = node.Kind is NodeKind.Container or NodeKind.Ttl ? Reapable.Remove(path.Value) : Reapable;
        return new DataTree(tree.Root, sums, reapable);
    }

    private static DataTree CreateInitial()
    {
        var root = new Znode { Name = "", Acl = Acl.Open };
        var system = new Znode { Name = "zookeeper", Acl = Acl.Open, Data = ReadOnlyMemory<byte>.Empty };
        var quota = new Znode { Name = "quota", Acl = Acl.Open, Data = ReadOnlyMemory<byte>.Empty };
        var nothing = ReadOnlyMemory<byte>.Empty;
        var config = new Znode { Name = "config", Acl = Acl.ReadOnly, Aversion = -1, Data = nothing };
        var restorer = new TreeRestorer();
        foreach (var (depth, node) in new[] { (0, root), (1, system), (2, config), (2, quota) })
        {
            var added = restorer.TryAdd(depth, node, out var problem);
            Debug.Assert(added, problem);
        }

        return restorer.Finish()!;
    }

    /// <summary>The root above the node at a path, remade down to it. Not recursive: paths may be long.</summary>
    private Znode WithNode(ZnodePath path, Znode node)
    {
        var ancestors = new List<Znode>();
        var rest = path.Value.AsSpan(1);
        var current = Root;
        while (!rest.IsEmpty)
        {
            ancestors.Add(current);
            var slash = rest.IndexOf('/');
            var name = slash < 0 ? rest : rest[..slash];
            rest = slash < 0 ? [] : rest[(slash + 1)..];
            if (!rest.IsEmpty)
            {
                current = current.Children.Find(name) ?? throw new UnreachableException($"{path} has no parent");
            }
        }

        for (var i = ancestors.Count - 1; i >= 0; i--)
        {
            node = ancestors[i] with { Children = ancestors[i].Children.Set(node) };
        }

        return node;
    }
}
