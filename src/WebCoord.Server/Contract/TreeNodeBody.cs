using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>One node of a subtree.</summary>
internal sealed record TreeNodeBody
{
    public required string Path { get; init; }

    /// <summary>With include=stat.</summary>
    public StatBody? Stat { get; init; }

    /// <summary>With include=data; absent for null data, which <see cref="Encoding"/> tells from no data
    /// asked.</summary>
    public string? Data { get; init; }

    /// <summary>With include=data.</summary>
    public DataEncoding? Encoding { get; init; }

    /// <summary>True when the caller may not read this node; what is below it is left out.</summary>
    public bool? Denied { get; init; }

    public static TreeNodeBody From(ZnodePath path, Znode node, bool isDenied, Inclusion include)
    {
        if (isDenied)
        {
            return new TreeNodeBody { Path = path.Value, Denied = true };
        }

        var (text, encoding) = include.HasFlag(Inclusion.Data) ? DataText.Write(node.Data) : default;
        return new TreeNodeBody
        {
            Path = path.Value,
            Stat = include.HasFlag(Inclusion.Stat) ? StatBody.From(node.Stat) : null,
            Data = text,
            Encoding = include.HasFlag(Inclusion.Data) ? encoding : null,
        };
    }
}

/// <summary>A subtree as one JSON document.</summary>
internal sealed record TreeBody
{
    /// <summary>The zxid of the state that the subtree is from, decimal.</summary>
    public required string Zxid { get; init; }

    /// <summary>Parents before children, siblings by name in ordinal order.</summary>
    public required IReadOnlyList<TreeNodeBody> Nodes { get; init; }
}
