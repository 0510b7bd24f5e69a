using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace WebCoord.Core.Tree;

/// <summary>
/// Builds a tree from its nodes in the order of <see cref="DataTree.Walk"/>: each node is finished, with all its
/// children in full pages, when the first node after its subtree comes. So every node is made once, and nothing is
/// copied on the way as it would be if the nodes were added to a tree one by one.
/// </summary>
internal sealed class TreeRestorer
{
    /// <summary>The open nodes, the root first; those beyond <see cref="_depth"/> wait to be used again.</summary>
    private readonly List<Level> _levels = [];
    private readonly ImmutableSortedSet<string>.Builder _reapable =
        ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
    private char[] _path = new char[ZnodePath.MaxLength];
    private int _depth = -1;
    private ulong _digest;

    /// <summary>Adds the next node, without its children, and keeps it. On failure the restorer is of no more use.
    /// </summary>
    /// <param name="depth">0 for the root, which comes first.</param>
    public bool TryAdd(int depth, Znode node, [NotNullWhen(false)] out string? problem)
    {
        problem = depth < 0 || depth > _depth + 1 || (depth == 0 && _depth >= 0)
            ? $"the node \"{node.Name}\" of depth {depth} does not fit after one of depth {_depth}"
            : null;
        if (problem is not null)
        {
            return false;
        }

        CloseDownTo(depth);
        if (depth > 0 && _levels[depth - 1].Children is [.., var sibling]
            && string.CompareOrdinal(sibling.Name, node.Name) >= 0)
        {
            problem = $"the node \"{node.Name}\" comes after its sibling \"{sibling.Name}\"";
            return false;
        }

        Open(depth, node);
        return true;
    }

    /// <summary>The tree of all nodes that were added; null when there was none.</summary>
    public DataTree? Finish()
    {
        if (_depth < 0)
        {
            return null;
        }

        CloseDownTo(1);
        var root = Close(_levels[0]);
        return DataTree.Of(root, _digest, _reapable.ToImmutable());
    }

    private void Open(int depth, Znode node)
    {
        if (depth == _levels.Count)
        {
            _levels.Add(new Level { Node = node });
        }

        var level = _levels[depth];
        level.Node = node;
        level.PathLength = depth == 0 ? 0 : AppendToPath(_levels[depth - 1].PathLength, node.Name);
        _depth = depth;
    }

    private void CloseDownTo(int depth)
    {
        for (; _depth >= depth; _depth--)
        {
            _levels[_depth - 1].Children.Add(Close(_levels[_depth]));
        }
    }

    private Znode Close(Level level)
    {
        var node = level.Node;
        node.Children = ChildMap.FromSorted(level.Children);
        level.Children.Clear();
        ReadOnlySpan<char> path = level.PathLength == 0 ? "/" : _path.AsSpan(0, level.PathLength);
        _digest = unchecked(_digest + StateDigest.OfNode(path, node));
        if (node.Kind is NodeKind.Container or NodeKind.Ttl)
        {
            _reapable.Add(path.ToString());
        }

        return node;
    }

    private int AppendToPath(int parentLength, string name)
    {
        var length = parentLength + 1 + name.Length;
        if (length > _path.Length)
        {
            Array.Resize(ref _path, 2 * length);
        }

        _path[parentLength] = '/';
        name.CopyTo(_path.AsSpan(parentLength + 1));
        return length;
    }

    private sealed class Level
    {
        public required Znode Node { get; set; }

        /// <summary>How much of the path leads to the node; 0 for the root.</summary>
        public int PathLength { get; set; }

        public List<Znode> Children { get; } = [];
    }
}
