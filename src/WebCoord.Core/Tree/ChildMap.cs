using System.Collections;

namespace WebCoord.Core.Tree;

/// <summary>
/// The children of a znode by name, in ordinal order: a B-tree. A lookup by span allocates nothing; enumeration can
/// begin anywhere, so a page of a million children costs the page. The BCL's sorted dictionary cannot seek and spends
/// 56 bytes per child, this spends about 12.
/// <para>To readers a map never changes. The changing methods change in place only what has their edition, and copy the
/// rest first: see <see cref="TreeBuilder"/>. They belong to a map of that edition, which <see cref="Editable"/>
/// gives.</para>
/// </summary>
public sealed class ChildMap : IReadOnlyCollection<Znode>
{
    private readonly long _edition;
    private ChildPage? _top;

    private ChildMap(long edition, ChildPage? top, SubtreeSums sums)
    {
        _edition = edition;
        _top = top;
        Sums = sums;
    }

    public static ChildMap Empty { get; } = new(0, null, default);

    public int Count => _top?.Count ?? 0;

    /// <summary>Sums over all children and what is below them. Whoever changes a child in place adds what the sums grow
    /// by.</summary>
    internal SubtreeSums Sums { get; set; }

    /// <summary>A map of these children, which come in ordinal order without repetition, in pages as full as can be.
    /// </summary>
    internal static ChildMap FromSorted(List<Znode> children)
    {
        if (children.Count == 0)
        {
            return Empty;
        }

        ChildPage[] pages = [.. children.Chunk(ChildPage.Capacity).Select(nodes => new ChildLeaf(0, nodes))];
        while (pages.Length > 1)
        {
            pages = [.. pages.Chunk(ChildPage.Capacity).Select(below => new ChildBranch(0, below))];
        }

        var sums = children.Aggregate(default(SubtreeSums), (sum, child) => sum + child.Subtree);
        return new ChildMap(0, pages[0], sums);
    }

    public Znode? Find(ReadOnlySpan<char> name)
    {
        var page = _top;
        while (page is ChildBranch branch)
        {
            page = branch.Covering(name);
        }

        return page is ChildLeaf leaf ? leaf.Find(name) : null;
    }

    /// <summary>This map, or a copy that may be changed in an edition.</summary>
    internal ChildMap Editable(long edition) => _edition == edition ? this : new ChildMap(edition, _top, Sums);

    /// <summary>The child of that name, which must be there, made changeable.</summary>
    internal Znode EditableChild(ReadOnlySpan<char> name)
    {
        var page = _top = _top!.Editable(_edition);
        while (page is ChildBranch branch)
        {
            page = branch.EditableCovering(name);
        }

        return ((ChildLeaf)page).EditableChild(name);
    }

    /// <summary>Adds a child whose name is free.</summary>
    internal void Add(Znode child)
    {
        if (_top is null)
        {
            _top = new ChildLeaf(_edition, [child]);
            return;
        }

        _top = _top.Editable(_edition);
        if (_top.Add(child) is { } right)
        {
            _top = new ChildBranch(_edition, [_top, right]);
        }
    }

    /// <summary>Removes the child of that name, which must be there.</summary>
    internal void Remove(ReadOnlySpan<char> name)
    {
        _top = _top!.Editable(_edition);
        _top.Remove(name);
        while (_top is ChildBranch { Length: 1 } branch)
        {
            _top = branch.First;
        }

        if (_top.Length == 0)
        {
            _top = null;
        }
    }

    /// <summary>Children in ordinal order: all, or those after a name, which need not be there.</summary>
    public IEnumerable<Znode> After(string? name) =>
        _top is null ? [] : name is null ? _top.All() : _top.After(name);

    public IEnumerator<Znode> GetEnumerator() => After(null).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
