namespace WebCoord.Core.Tree;

/// <summary>The upper pages of a <see cref="ChildMap"/>: other pages, in the order of their children.</summary>
internal sealed class ChildBranch : ChildPage
{
    private ChildPage[] _pages;

    /// <summary>Where each page begins, so that a search need not look into the pages. The first is never compared:
    /// a name below all others is covered by the first page.</summary>
    private string[] _leastNames;
    private int _count;

    public ChildBranch(long edition, ChildPage[] pages)
        : this(edition, pages, [.. pages.Select(page => page.LeastName)], pages.Length, pages.Sum(page => page.Count))
    {
    }

    private ChildBranch(long edition, ChildPage[] pages, string[] leastNames, int length, int count)
        : base(edition)
    {
        _pages = pages;
        _leastNames = leastNames;
        _count = count;
        Length = length;
    }

    public override int Count => _count;

    public override string LeastName => _leastNames[0];

    public ChildPage First => _pages[0];

    /// <summary>The only page that can hold a name.</summary>
    public ChildPage Covering(ReadOnlySpan<char> name) => _pages[Search(name)];

    public ChildPage EditableCovering(ReadOnlySpan<char> name) => EditableAt(Search(name));

    public override ChildPage? Add(Znode child)
    {
        var index = Search(child.Name);
        var split = EditableAt(index).Add(child);
        _count++;
        return split is null ? null : Insert(index + 1, split, split.LeastName);
    }

    public override void Remove(ReadOnlySpan<char> name)
    {
        var index = Search(name);
        var page = EditableAt(index);
        page.Remove(name);
        _count--;
        if (page.Length == 0)
        {
            RemoveAt(index);
        }
        else if (page.Length < Capacity / 4 && Length > 1)
        {
            // A page that became small joins a neighbour, so that deletions do not leave a tree of crumbs.
            JoinWithRight(index == Length - 1 ? index - 1 : index);
        }
    }

    public override void Join(ChildPage right, string leastName)
    {
        var branch = (ChildBranch)right;
        var start = Length;
        _pages = Joined(_pages, Length, branch._pages, branch.Length);
        _leastNames = Joined(_leastNames, Length, branch._leastNames, branch.Length);
        _leastNames[start] = leastName;
        _count += branch._count;
        Length += branch.Length;
    }

    public override IEnumerable<Znode> All() => AllFrom(0);

    public override IEnumerable<Znode> After(string name)
    {
        var index = Search(name);
        return _pages[index].After(name).Concat(AllFrom(index + 1));
    }

    protected override ChildPage Copy(long edition) =>
        new ChildBranch(edition, [.. _pages], [.. _leastNames], Length, _count);

    private IEnumerable<Znode> AllFrom(int index) => _pages.Take(index..Length).SelectMany(page => page.All());

    private ChildPage EditableAt(int index) => _pages[index] = _pages[index].Editable(Edition);

    private ChildBranch? Insert(int index, ChildPage page, string leastName)
    {
        if (Length < Capacity)
        {
            Insert(ref _pages, Length, index, page);
            Insert(ref _leastNames, Length++, index, leastName);
            return null;
        }

        var cut = Cut(index);
        var right = cut == Length
            ? new ChildBranch(Edition, [page], [leastName], 1, 0)
            : new ChildBranch(Edition, TakeFrom(_pages, cut), TakeFrom(_leastNames, cut), Length - cut, 0);
        Length = cut;
        if (cut < Capacity)
        {
            _ = index <= cut ? Insert(index, page, leastName) : right.Insert(index - cut, page, leastName);
        }

        right._count = right.CountOfPages();
        _count -= right._count;
        return right;
    }

    private int CountOfPages()
    {
        var count = 0;
        foreach (var page in _pages.AsSpan(0, Length))
        {
            count += page.Count;
        }

        return count;
    }

    private void JoinWithRight(int index)
    {
        if (_pages[index].Length + _pages[index + 1].Length <= Capacity)
        {
            EditableAt(index).Join(_pages[index + 1], _leastNames[index + 1]);
            RemoveAt(index + 1);
        }
    }

    private void RemoveAt(int index)
    {
        RemoveAt(_pages, Length, index);
        RemoveAt(_leastNames, Length--, index);
    }

    /// <summary>The index of the page that covers a name.</summary>
    private int Search(ReadOnlySpan<char> name)
    {
        var low = 1;
        var high = Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = _leastNames[middle].AsSpan().SequenceCompareTo(name);
            (low, high) = order <= 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return high;
    }
}
