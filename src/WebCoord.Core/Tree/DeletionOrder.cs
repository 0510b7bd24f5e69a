namespace WebCoord.Core.Tree;

/// <summary>The one order in which a command deletes several nodes, so that every instance tells of it alike.</summary>
internal static class DeletionOrder
{
    public static IEnumerable<ZnodePath> DeepestFirst(this IEnumerable<ZnodePath> paths) =>
        paths.OrderByDescending(path => path.Depth).ThenBy(path => path.Value, StringComparer.Ordinal);
}
