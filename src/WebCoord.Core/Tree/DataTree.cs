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
    private DataTree(Znode root, ulong digest, ImmutableSortedSet<string> reapable)
    {
        Root = root;
        Digest = digest;
        Reapable = reapable;
    }

    /// <summary>The nodes that always exist, as a fresh ZooKeeper has them (zookeeper-protocol section 4.3).</summary>
    public static DataTree Initial { get; } = CreateInitial();

    public Znode Root { get; }

    /// <summary>All nodes, the root and those of /zookeeper included.</summary>
    public long NodeCount => Root.Subtree.Nodes;

    /// <summary>The sum of the data lengths of all nodes.</summary>
    public long DataBytes => Root.Subtree.DataBytes;

    /// <summary>Bytes of data, names and ACLs of all nodes: what grows with what clients send.</summary>
    public long Weight => Root.Subtree.Weight;

    /// <summary>The sum of the digests of all nodes with their paths.</summary>
    public ulong Digest { get; }

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

    /// <summary>A tree whose digest is known, and whose nodes have their sums; used when a snapshot is read.</summary>
    internal static DataTree Of(Znode root, ulong digest, ImmutableSortedSet<string> reapable) =>
        new(root, digest, reapable);

    /// <summary>Replaces a node that exists; its children stay what they were.</summary>
    internal DataTree Replace(ZnodePath path, Znode before, Znode after)
    {
        var own = SubtreeSums.OfOne(after) - SubtreeSums.OfOne(before);
        return Exchange(path, before, after with { Subtree = before.Subtree + own });
    }

    /// <summary>Adds a node whose name is free. <paramref name="parent"/> is what becomes of its parent, still without
    /// the child.</summary>
    internal DataTree Add(ZnodePath path, Znode node, Znode parent)
    {
        var child = node with { Subtree = SubtreeSums.OfOne(node) };
        var before = Find(path.Parent)!;
        var grown = parent with
        {
            Children = parent.Children.Set(child),
            Subtree = before.Subtree + child.Subtree,
        };
        var tree = Exchange(path.Parent, before, grown);
        var reapable = node.Kind is NodeKind.Container or NodeKind.Ttl ? Reapable.Add(path.Value) : Reapable;
        return new DataTree(tree.Root, unchecked(tree.Digest + StateDigest.OfNode(path.Value, child)), reapable);
    }

    /// <summary>Removes a node without children. <paramref name="parent"/> is what becomes of its parent, still with
    /// the child.</summary>
    internal DataTree Remove(ZnodePath path, Znode node, Znode parent)
    {
        var before = Find(path.Parent)!;
        var shrunk = parent with
        {
            Children = parent.Children.Remove(node.Name),
            Subtree = before.Subtree - node.Subtree,
        };
        var tree = Exchange(path.Parent, before, shrunk);
        var reapable = node.Kind is NodeKind.Container or NodeKind.Ttl ? Reapable.Remove(path.Value) : Reapable;
        return new DataTree(tree.Root, unchecked(tree.Digest - StateDigest.OfNode(path.Value, node)), reapable);
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

    /// <summary>Puts a node, whose sums are right, in the place of another.</summary>
    private DataTree Exchange(ZnodePath path, Znode before, Znode after)
    {
        var digest = unchecked(
            Digest - StateDigest.OfNode(path.Value, before) + StateDigest.OfNode(path.Value, after));
        return new DataTree(WithNode(path, after, after.Subtree - before.Subtree), digest, Reapable);
    }

    /// <summary>The root above the node at a path, remade down to it. Not recursive: paths may be long.</summary>
    /// <param name="growth">By how much the sums of all ancestors change.</param>
    private Znode WithNode(ZnodePath path, Znode node, SubtreeSums growth)
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
            var ancestor = ancestors[i];
            node = ancestor with
            {
                Children = ancestor.Children.Set(node),
                Subtree = ancestor.Subtree + growth,
            };
        }

        return node;
    }
}
