using WebCoord.Core.Tree;

namespace WebCoord.Server.Rest;

/// <summary>A node of a tree walk.</summary>
/// <param name="IsDenied">Whether the caller may not read it; then nothing below it is walked.</param>
internal readonly record struct TreeStep(ZnodePath Path, Znode Node, bool IsDenied);

/// <summary>Walks a subtree as far as the caller may read it.</summary>
internal static class ReadableTree
{
    /// <summary>Parents before children, siblings in ordinal order, down to <paramref name="depth"/> levels below the
    /// node.</summary>
    public static IEnumerable<TreeStep> Walk(ZnodePath path, Znode node, int depth, Func<Znode, bool> mayRead)
    {
        var denied = !mayRead(node);
        yield return new TreeStep(path, node, denied);
        var levels = new Stack<(ZnodePath Path, IEnumerator<Znode> Children)>();
        if (!denied && depth > 0)
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
            denied = !mayRead(child);
            yield return new TreeStep(childPath, child, denied);
            if (!denied && levels.Count < depth && child.Children.Count > 0)
            {
                levels.Push((childPath, child.Children.GetEnumerator()));
            }
        }
    }
}
