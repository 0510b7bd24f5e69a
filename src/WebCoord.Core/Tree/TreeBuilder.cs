using System.Collections.Immutable;
using System.Diagnostics;

namespace WebCoord.Core.Tree;

/// <summary>
/// Builds the tree that a batch leaves behind. It knows structure, sums and digests only; what is allowed, and what a
/// command does to versions, is the state machine's business.
/// <para><b>Editions.</b> Every node, child map and page carries the edition in which it was made. The builder changes
/// in place what is of its own edition; of everything else it first puts a copy of that edition into the tree. An
/// edition is the zxid of the request at which it began, and a tree is only ever built on by requests after it. So
/// no part of a tree that was given out by <see cref="ToTree"/> is of a later edition, and none of it ever changes:
/// readers hold it as long as they like, and the builder can go back to it.</para>
/// <para><b>Open nodes.</b> The digest of the tree is a sum over nodes. A node that is changed is taken out of the sum
/// before its first change and comes back in when the tree is given out, so that a parent of many new children is
/// summed up once.</para>
/// </summary>
/// <param name="tree">What to begin with; it stays what it is.</param>
/// <param name="edition">The zxid of the next request; it is after all that the tree was built from.</param>
internal sealed class TreeBuilder(DataTree tree, Zxid edition)
{
    private readonly List<(string Path, Znode Node)> _open = [];
    private ulong _digest = tree.Digest;

    /// <summary>What new nodes are of.</summary>
    public long Edition { get; private set; } = edition.Value;

    public Znode Root { get; private set; } = tree.Root;

    /// <summary>Sums over all nodes.</summary>
    public SubtreeSums Sums => Root.Subtree;

    /// <summary>Paths of container and TTL nodes.</summary>
    public ImmutableSortedSet<string> Reapable { get; private set; } = tree.Reapable;

    public Znode? Find(ReadOnlySpan<char> path) => DataTree.Find(Root, path);

    public Znode? Find(ZnodePath path) => Find(path.Value);

    /// <summary>Gives out the tree as it is now, and begins an edition.</summary>
    /// <param name="next">The edition: the zxid of a request of which nothing is in the tree yet.</param>
    public DataTree ToTree(Zxid next)
    {
        foreach (var (path, node) in _open)
        {
            if (node.IsOpen)
            {
                node.IsOpen = false;
                _digest = unchecked(_digest + StateDigest.OfNode(path, node));
            }
        }

        _open.Clear();
        Edition = next.Value;
        return DataTree.Of(Root, _digest, Reapable);
    }

    /// <summary>Makes the tree what it was when <see cref="ToTree"/> gave it out last; all that came after is
    /// dropped.</summary>
    public void GoBackTo(DataTree given)
    {
        _open.Clear();
        Root = given.Root;
        _digest = given.Digest;
        Reapable = given.Reapable;
    }

    /// <summary>The node at a path, which must be there, for the caller to change all of it but its children.</summary>
    /// <param name="growth">How much larger the caller makes the node.</param>
    public Znode Edit(string path, SubtreeSums growth)
    {
        if (path.Length == 1)
        {
            return Open(path, EditableRoot());
        }

        var parent = EditableParent(path, growth);
        return Open(path, parent.Children.EditableChild(NameIn(path)));
    }

    /// <summary>Adds a node without children, whose name is free.</summary>
    /// <returns>Its parent, for the caller to change.</returns>
    public Znode Add(string path, Znode node)
    {
        Debug.Assert(node.Edition == Edition, "a new node is of the edition in which it is added");
        var parent = OpenParent(path, EditableParent(path, SubtreeSums.OfOne(node)));
        parent.Children.Add(node);
        node.IsOpen = true;
        _open.Add((path, node));
        if (node.Kind is NodeKind.Container or NodeKind.Ttl)
        {
            Reapable = Reapable.Add(path);
        }

        return parent;
    }

    /// <summary>Removes a node without children.</summary>
    /// <returns>Its parent, for the caller to change.</returns>
    public Znode Remove(string path, Znode node)
    {
        var parent = OpenParent(path, EditableParent(path, default(SubtreeSums) - SubtreeSums.OfOne(node)));
        parent.Children.Remove(node.Name);
        TakeOut(path, node);
        if (node.Kind is NodeKind.Container or NodeKind.Ttl)
        {
            Reapable = Reapable.Remove(path);
        }

        return parent;
    }

    private static ReadOnlySpan<char> NameIn(string path) => path.AsSpan(path.LastIndexOf('/') + 1);

    private Znode EditableRoot() => Root = Root.Editable(Edition);

    /// <summary>The parent of the node at a path, made changeable with its child map and all above it. The sums on the
    /// way grow. The parent must be opened before its children change, for their number is in its digest.</summary>
    private Znode EditableParent(string path, SubtreeSums growth)
    {
        var parent = EditableRoot();
        var rest = path.AsSpan(1);
        while (true)
        {
            var children = parent.Children.Editable(Edition);
            children.Sums += growth;
            parent.Children = children;
            var slash = rest.IndexOf('/');
            if (slash < 0)
            {
                return parent;
            }

            parent = children.EditableChild(rest[..slash]);
            rest = rest[(slash + 1)..];
        }
    }

    private Znode OpenParent(string path, Znode parent) => parent.IsOpen
        ? parent
        : Open(path[..Math.Max(1, path.LastIndexOf('/'))], parent);

    private Znode Open(string path, Znode node)
    {
        if (!node.IsOpen)
        {
            TakeOut(path, node);
            node.IsOpen = true;
            _open.Add((path, node));
        }

        return node;
    }

    /// <summary>Takes a node out of the sum of digests, if it is in.</summary>
    private void TakeOut(string path, Znode node)
    {
        if (node.IsOpen)
        {
            node.IsOpen = false;
        }
        else
        {
            _digest = unchecked(_digest - StateDigest.OfNode(path, node));
        }
    }
}
