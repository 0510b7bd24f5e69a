using System.Diagnostics;

namespace WebCoord.Core.Tree;

/// <summary>The lowest pages of a <see cref="ChildMap"/>: children in ordinal order of their names.</summary>
internal sealed class ChildLeaf : ChildPage
{
    private Znode[] _nodes;

    public ChildLeaf(long edition, Znode[] nodes)
        : this(edition, nodes, nodes.Length)
    {
    }

    private ChildLeaf(long edition, Znode[] nodes, int length)
        : base(edition)
    {
        _nodes = nodes;
        Length = length;
    }

    public override int Count => Length;

    public override string LeastName => _nodes[0].Name;

    public Znode? Find(ReadOnlySpan<char> name)
    {
        var index = Search(name);
        return index >= 0 ? _nodes[index] : null;
    }

    public Znode EditableChild(ReadOnlySpan<char> name)
    {
        ref var node = ref _nodes[Search(name)];
        return node = node.Editable(Edition);
    }

    public override ChildPage? Add(Znode child)
    {
        var index = ~Search(child.Name);
        Debug.Assert(index >= 0, "only a child whose name is free is added");
        if (Length < Capacity)
        {
            Insert(ref _nodes, Length++, index, child);
            return null;
        }

        var cut = Cut(index);
        var right = cut == Length ? new ChildLeaf(Edition, [child]) : new ChildLeaf(Edition, TakeFrom(_nodes, cut));
        Length = cut;
        if (cut < Capacity)
        {
            (index <= cut ? this : right).Add(child);
        }

        return right;
    }

    public override void Remove(ReadOnlySpan<char> name)
    {
        var index = Search(name);
        Debug.Assert(index >= 0, "only a child that is there is removed");
        RemoveAt(_nodes, Length--, index);
    }

    public override void Join(ChildPage right, string leastName)
    {
        _nodes = Joined(_nodes, Length, ((ChildLeaf)right)._nodes, right.Length);
        Length += right.Length;
    }

    public override IEnumerable<Znode> All() => AllFrom(0);

    public override IEnumerable<Znode> After(string name)
    {
        var index = Search(name);
        return AllFrom(index >= 0 ? index + 1 : ~index);
    }

    protected override ChildPage Copy(long edition)
    {
        var nodes = new Znode[_nodes.Length];
        _nodes.AsSpan(0, Length).CopyTo(nodes);
        return new ChildLeaf(edition, nodes, Length);
    }

    private IEnumerable<Znode> AllFrom(int index)
    {
        for (; index < Length; index++)
        {
            yield return _nodes[index];
        }
    }

    /// <summary>The index of the name, or the complement of where it belongs.</summary>
    private int Search(ReadOnlySpan<char> name)
    {
        var low = 0;
        var high = Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = _nodes[middle].Name.AsSpan().SequenceCompareTo(name);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
