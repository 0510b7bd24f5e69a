using System.Text.Json.Serialization;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>One page of the children of a node, by name in ordinal order.</summary>
internal sealed record ChildrenBody
{
    /// <summary>Most children of one page.</summary>
    public const int MaxLimit = 10_000;

    /// <summary>Children of one page, unless the caller says otherwise.</summary>
    public const int DefaultLimit = 100;

    /// <summary>The path of the parent.</summary>
    public required string Path { get; init; }

    /// <summary>Of the parent.</summary>
    public required StatBody Stat { get; init; }

    public required IReadOnlyList<ChildBody> Children { get; init; }

    /// <summary>What to ask the next page with: as <c>cursor</c>, or as <c>after</c> if this page was asked with
    /// <c>after</c>; null on the last page.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Next { get; init; }

    /// <summary>The page after a name, which need not be there; <see cref="Next"/> is the name of its last child.
    /// </summary>
    public static ChildrenBody From(ZnodePath path, Znode node, string? after, int limit, Inclusion include,
        Func<Znode, bool> readable)
    {
        var page = node.Children.After(after).Take(limit + 1).ToList();
        var more = page.Count > limit;
        return new ChildrenBody
        {
            Path = path.Value,
            Stat = StatBody.From(node.Stat),
            Children = [.. page.Take(limit)
                .Select(child => ChildBody.From(path.Child(child.Name), child, include, readable))],
            Next = more ? page[limit - 1].Name : null,
        };
    }
}
