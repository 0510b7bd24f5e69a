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

    /// <summary>Most characters of names, paths and included data of one page: it ends before the child that would
    /// exceed them, but has at least one.</summary>
    public const int MaxCharacters = 4 << 20;

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
    /// <param name="limit">Most children; fewer come when they are large.</param>
    public static ChildrenBody From(ZnodePath path, Znode node, string? after, int limit, Inclusion include,
        Func<Znode, bool> readable)
    {
        var children = new List<ChildBody>();
        var room = MaxCharacters;
        var more = false;
        foreach (var child in node.Children.After(after))
        {
            more = children.Count == limit;
            if (more)
            {
                break;
            }

            var body = ChildBody.From(path.Child(child.Name), child, include, readable);
            room -= body.Name.Length + body.Path.Length + (body.Data?.Length ?? 0);
            more = room < 0 && children.Count > 0;
            if (more)
            {
                break;
            }

            children.Add(body);
        }

        return new ChildrenBody
        {
            Path = path.Value,
            Stat = StatBody.From(node.Stat),
            Children = children,
            Next = more ? children[^1].Name : null,
        };
    }
}
