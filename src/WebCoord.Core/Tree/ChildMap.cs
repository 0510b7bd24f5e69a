using System.Collections;
using System.Diagnostics;

namespace WebCoord.Core.Tree;

/// <summary>
/// The children of a znode by name, in ordinal order: an immutable B-tree. A change copies only the pages between it
/// and the top, so older maps stay as they were; a lookup by span allocates nothing; enumeration can begin anywhere, so
/// a page of a million children costs the page. The BCL's sorted dictionary cannot seek and spends 56 bytes per child,
/// this spends about 12.
/// </summary>
public sealed class ChildMap : IReadOnlyCollection<Znode>
{
    /// <summary>Most entries in one page: small enough to copy on every change, large enough to stay shallow.</summary>
    private const int PageCapacity = 32;

    private readonly Page? _top;

    private ChildMap(Page? top) => _top = top;

    public static ChildMap Empty { get; } = new(null);

    public int Count => _top?.Count ?? 0;

    /// <summary>A map of these children, which come in ordinal order without repetition, in pages as full as can be.
    /// </summary>
    internal static ChildMap FromSorted(List<Znode> children)
    {
        Page[] pages = [.. children.Chunk(PageCapacity).Select(nodes => new Leaf(nodes))];
        while (pages.Length > 1)
        {
            pages = [.. pages.Chunk(PageCapacity).Select(below => new Branch(below))];
        }

        return pages is [var top] ? new ChildMap(top) : Empty;
    }

    public Znode? Find(ReadOnlySpan<char> name)
    {
        var page = _top;
        while (page is Branch branch)
        {
            page = branch.Pages[branch.Covering(name)];
        }

        if (page is not Leaf leaf)
        {
            return null;
        }

        var index = leaf.Search(name);
        return index >= 0 ? leaf.Nodes[index] : null;
    }

    /// <summary>Adds the child, or replaces the one of the same name.</summary>
    public ChildMap Set(Znode child)
    {
        if (_top is null)
        {
            return new ChildMap(new Leaf([child]));
        }

        var pages = _top.Set(child);
        return new ChildMap(pages.Length == 1 ? pages[0] : new Branch(pages));
    }

    /// <summary>Removes the child of that name, which must be there.</summary>
    public ChildMap Remove(string name)
    {
        var top = _top?.Remove(name);
        while (top is Branch { Pages.Length: 1 } branch)
        {
            top = branch.Pages[0];
        }

        return top is null ? Empty : new ChildMap(top);
    }

    /// <summary>Children in ordinal order: all, or those after a name, which need not be there.</summary>
    public IEnumerable<Znode> After(string? name) =>
        _top is null ? [] : name is null ? _top.All() : _top.After(name);

    public IEnumerator<Znode> GetEnumerator() => After(null).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static T[] Replace<T>(T[] items, int index, int removed, ReadOnlySpan<T> added)
    {
        var result = new T[items.Length - removed + added.Length];
        items.AsSpan(0, index).CopyTo(result);
        added.CopyTo(result.AsSpan(index));
        items.AsSpan(index + removed).CopyTo(result.AsSpan(index + added.Length));
        return result;
    }

    /// <summary>Where to cut an overfull page: in the middle, but at the end after an append, because names with
    /// growing suffixes are the rule and full pages are wanted.</summary>
    private static int Cut(int length, bool appended) => appended ? length - 1 : length / 2;

    /// <summary>Never empty and never changed once made.</summary>
    private abstract class Page
    {
        /// <summary>Children in this page and below.</summary>
        public abstract int Count { get; }

        public abstract string FirstName { get; }

        /// <summary>Entries of this page itself.</summary>
        public abstract int Length { get; }

        /// <summary>One page, or two when it had to be split.</summary>
        public abstract Page[] Set(Znode child);

        /// <summary>The page without that child; null when nothing is left.</summary>
        public abstract Page? Remove(string name);

        /// <summary>This page followed by its right neighbour of the same level, in one.</summary>
        public abstract Page Join(Page right);

        public abstract IEnumerable<Znode> All();

        public abstract IEnumerable<Znode> After(string name);
    }

    private sealed class Leaf(Znode[] nodes) : Page
    {
        public Znode[] Nodes => nodes;

        public override int Count => nodes.Length;

        public override string FirstName => nodes[0].Name;

        public override int Length => nodes.Length;

        /// <summary>The index of the name, or the complement of where it belongs.</summary>
        public int Search(ReadOnlySpan<char> name)
        {
            var low = 0;
            var high = nodes.Length - 1;
            while (low <= high)
            {
                var middle = (low + high) / 2;
                var order = nodes[middle].Name.AsSpan().SequenceCompareTo(name);
                if (order == 0)
                {
                    return middle;
                }

                (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
            }

            return ~low;
        }

        public override Page[] Set(Znode child)
        {
            var index = Search(child.Name);
            if (index >= 0)
            {
                return [new Leaf(Replace(nodes, index, 1, [child]))];
            }

            var longer = Replace(nodes, ~index, 0, [child]);
            if (longer.Length <= PageCapacity)
            {
                return [new Leaf(longer)];
            }

            var cut = Cut(longer.Length, ~index == nodes.Length);
            return [new Leaf(longer[..cut]), new Leaf(longer[cut..])];
        }

        public override Page? Remove(string name)
        {
            var index = Search(name);
            Debug.Assert(index >= 0, "only a child that is there is removed");
            return nodes.Length == 1 ? null : new Leaf(Replace(nodes, index, 1, []));
        }

        public override Page Join(Page right) => new Leaf([.. nodes, .. ((Leaf)right).Nodes]);

        public override IEnumerable<Znode> All() => nodes;

        public override IEnumerable<Znode> After(string name)
        {
            var index = Search(name);
            for (var i = index >= 0 ? index + 1 : ~index; i < nodes.Length; i++)
            {
                yield return nodes[i];
            }
        }
    }

    private sealed class Branch : Page
    {
        public Branch(Page[] pages)
        {
            Pages = pages;
            FirstName = pages[0].FirstName;
            foreach (var page in pages)
            {
                Count += page.Count;
            }
        }

        public Page[] Pages { get; }

        public override int Count { get; }

        public override string FirstName { get; }

        public override int Length => Pages.Length;

        /// <summary>The index of the only page that can hold the name.</summary>
        public int Covering(ReadOnlySpan<char> name)
        {
            var low = 1;
            var high = Pages.Length - 1;
            while (low <= high)
            {
                var middle = (low + high) / 2;
                var order = Pages[middle].FirstName.AsSpan().SequenceCompareTo(name);
                (low, high) = order <= 0 ? (middle + 1, high) : (low, middle - 1);
            }

            return high;
        }

        public override Page[] Set(Znode child)
        {
            var index = Covering(child.Name);
            var pages = Replace(Pages, index, 1, Pages[index].Set(child));
            if (pages.Length <= PageCapacity)
            {
                return [new Branch(pages)];
            }

            var cut = Cut(pages.Length, index == Pages.Length - 1);
            return [new Branch(pages[..cut]), new Branch(pages[cut..])];
        }

        public override Page? Remove(string name)
        {
            var index = Covering(name);
            var page = Pages[index].Remove(name);
            if (page is null)
            {
                return Pages.Length == 1 ? null : new Branch(Replace(Pages, index, 1, []));
            }

            // A page that became small joins a neighbour, so that deletions do not leave a tree of crumbs.
            if (page.Length < PageCapacity / 4 && Pages.Length > 1)
            {
                var left = index == Pages.Length - 1 ? index - 1 : index;
                var (first, second) = left == index ? (page, Pages[index + 1]) : (Pages[left], page);
                if (first.Length + second.Length <= PageCapacity)
                {
                    return new Branch(Replace(Pages, left, 2, [first.Join(second)]));
                }
            }

            return new Branch(Replace(Pages, index, 1, [page]));
        }

        public override Page Join(Page right) => new Branch([.. Pages, .. ((Branch)right).Pages]);

        public override IEnumerable<Znode> All() => Pages.SelectMany(page => page.All());

        public override IEnumerable<Znode> After(string name)
        {
            var index = Covering(name);
            return index < 0
                ? All()
                : Pages[index].After(name).Concat(Pages.Skip(index + 1).SelectMany(page => page.All()));
        }
    }
}
