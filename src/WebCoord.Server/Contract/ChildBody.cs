using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>One child in a list of children.</summary>
internal sealed record ChildBody
{
    /// <summary>The last segment of the path.</summary>
    public required string Name { get; init; }

    public required string Path { get; init; }

    /// <summary>With include=stat.</summary>
    public StatBody? Stat { get; init; }

    /// <summary>With include=data; absent for null data, which <see cref="Encoding"/> tells from no data
    /// asked.</summary>
    public string? Data { get; init; }

    /// <summary>With include=data.</summary>
    public DataEncoding? Encoding { get; init; }

    /// <summary>True when more than the name was asked for and the caller may not read this child.</summary>
    public bool? Denied { get; init; }

    /// <param name="readable">Whether the caller may read the child; asked only if something is included.</param>
    public static ChildBody From(ZnodePath path, Znode child, Inclusion include, Func<Znode, bool> readable)
    {
        var body = new ChildBody { Name = child.Name, Path = path.Value };
        if (include == Inclusion.None)
        {
            return body;
        }

        if (!readable(child))
        {
            return body with { Denied = true };
        }

        var (text, encoding) = include.HasFlag(Inclusion.Data) ? DataText.Write(child.Data) : default;
        return body with
        {
            Stat = include.HasFlag(Inclusion.Stat) ? StatBody.From(child.Stat) : null,
            Data = text,
            Encoding = include.HasFlag(Inclusion.Data) ? encoding : null,
        };
    }
}
