using System.Diagnostics;

namespace WebCoord.Core.Tree;

/// <summary>A page of a <see cref="ChildMap"/>. The changing methods may be called only on a page of the edition in
/// which the change is made; <see cref="Editable"/> gives one. A page that is left without entries is dropped by the
/// one above.</summary>
/// <param name="edition">See <see cref="TreeBuilder"/>.</param>
internal abstract class ChildPage(long edition)
{
    /// <summary>Most entries in one page: small enough to copy, large enough to stay shallow.</summary>
    public const int Capacity = 32;

    /// <summary>Entries of this page itself.</summary>
    public int Length { get; protected set; }

    /// <summary>Children in this page and below.</summary>
    public abstract int Count { get; }

    /// <summary>Not above the name of any child in this page, and above the names of all pages before it.</summary>
    public abstract string LeastName { get; }

    protected long Edition => edition;

    /// <summary>This page, or a copy that may be changed in an edition.</summary>
    public ChildPage Editable(long edition) => Edition == edition ? this : Copy(edition);

    /// <summary>Adds a child whose name is free.</summary>
    /// <returns>The new page to the right of this one, when it had to be split; else null.</returns>
    public abstract ChildPage? Add(Znode child);

    /// <summary>Removes the child of that name, which must be there.</summary>
    public abstract void Remove(ReadOnlySpan<char> name);

    /// <summary>Takes over the entries of the right neighbour, which is of the same level and begins at a name.
    /// </summary>
    public abstract void Join(ChildPage right, string leastName);

    public abstract IEnumerable<Znode> All();

    public abstract IEnumerable<Znode> After(string name);

    protected abstract ChildPage Copy(long edition);

    /// <summary>Where to cut a full page, given where the entry belongs that it has no room for: in the middle, but at
    /// the end for an append, because names with growing suffixes are the rule and full pages are wanted.</summary>
    protected static int Cut(int index) => index == Capacity ? Capacity : Capacity / 2;

    /// <summary>Makes room at an index; arrays grow by doubling, so that small maps stay small.</summary>
    protected static void Insert<T>(ref T[] items, int length, int index, T item)
    {
        if (length == items.Length)
        {
            Array.Resize(ref items, Math.Min(Capacity, Math.Max(4, 2 * length)));
        }

        items.AsSpan(index, length - index).CopyTo(items.AsSpan(index + 1));
        items[index] = item;
    }

    /// <summary>Closes the gap at an index.</summary>
    protected static void RemoveAt<T>(T[] items, int length, int index)
        where T : class
    {
        items.AsSpan(index + 1, length - index - 1).CopyTo(items.AsSpan(index));
        items[length - 1] = null!;
    }

    /// <summary>Cuts off the entries from an index on.</summary>
    protected static T[] TakeFrom<T>(T[] items, int index)
        where T : class
    {
        var taken = items[index..];
        items.AsSpan(index).Clear();
        return taken;
    }

    protected static T[] Joined<T>(T[] left, int leftLength, T[] right, int rightLength)
    {
        Debug.Assert(leftLength + rightLength <= Capacity, "only what fits one page is joined");
        return [.. left.AsSpan(0, leftLength), .. right.AsSpan(0, rightLength)];
    }
}
