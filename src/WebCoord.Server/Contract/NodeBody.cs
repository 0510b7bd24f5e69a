using System.Text.Json.Serialization;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>A node with its data.</summary>
internal sealed record NodeBody
{
    public required string Path { get; init; }

    /// <summary>The data, written as <see cref="Encoding"/> says; null data and empty data are different.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Data { get; init; }

    public required DataEncoding Encoding { get; init; }

    /// <summary>The tag of the data, as the ETag header has it, quotes included; null for quota statistics, which
    /// change without a new version.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Etag { get; init; }

    public required StatBody Stat { get; init; }

    /// <param name="wanted">Base64 forces it; otherwise text is preferred.</param>
    public static NodeBody From(ZnodePath path, Znode node, DataEncoding? wanted = null)
    {
        var stat = node.Stat;
        var (text, encoding) = DataText.Write(node.Data, wanted);
        return new NodeBody
        {
            Path = path.Value,
            Data = text,
            Encoding = encoding,
            Etag = QuotaStatistics.Contains(path.Value) ? null : EntityTag.Of(TagView.Data, stat).ToString(),
            Stat = StatBody.From(stat),
        };
    }
}
