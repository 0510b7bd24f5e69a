using WebCoord.Core;

namespace WebCoord.Server.Contract;

/// <summary>A node that was created or set: a node without its data.</summary>
internal sealed record WrittenNodeBody
{
    /// <summary>The path; of a sequential node with the suffix.</summary>
    public required string Path { get; init; }

    /// <summary>The tag of the data, as the ETag header has it, quotes included.</summary>
    public required string Etag { get; init; }

    public required StatBody Stat { get; init; }

    /// <param name="result">Of a create, set or put that succeeded.</param>
    public static WrittenNodeBody From(ApplyResult result)
    {
        var stat = result.Stat ?? throw new InvalidOperationException("a write that succeeded has a stat");
        return new WrittenNodeBody
        {
            Path = result.Path ?? throw new InvalidOperationException("a write that succeeded has a path"),
            Etag = EntityTag.Of(TagView.Data, stat).ToString(),
            Stat = StatBody.From(stat),
        };
    }
}
