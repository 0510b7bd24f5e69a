using System.Collections.Immutable;
using System.Diagnostics;

namespace WebCoord.Core.Tree;

/// <summary>
/// The tree of znodes at one zxid. Immutable: a batch makes a new tree that shares all it can with the one before, so a
/// reader's tree is a consistent snapshot for as long as it is held. <see cref="TreeBuilder"/> is how trees are made.
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
    public Znode? Find(ReadOnlySpan<char> path) => Find(Root, path);

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

    /// <summary>A tree whose digest is known; nobody changes its nodes any more.</summary>
    internal static DataTree Of(Znode root, ulong digest, ImmutableSortedSet<string> reapable) =>
        new(root, digest, reapable);

    /// <summary>See <see cref="Find(ReadOnlySpan{char})"/>.</summary>
    internal static Znode? Find(Znode root, ReadOnlySpan<char> path)
    {
        if (path is not ['/', ..])
        {
            return null;
        }

        var node = root;
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
}
