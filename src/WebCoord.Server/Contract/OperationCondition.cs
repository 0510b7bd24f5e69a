using WebCoord.Core.Commands;

namespace WebCoord.Server.Contract;

/// <summary>The condition of an operation or a hub call, which names a version or a tag.</summary>
internal static class OperationCondition
{
    /// <summary>Reads a tag with or without its quotes; <c>*</c> gives null: any node that exists.</summary>
    public static bool TryRead(string etag, out EntityTag? tag)
    {
        tag = null;
        if (etag == "*")
        {
            return true;
        }

        var quoted = etag.StartsWith('"') ? etag : $"\"{etag}\"";
        if (!EntityTag.TryParse(quoted, out var parsed))
        {
            return false;
        }

        tag = parsed;
        return true;
    }

    /// <param name="version">ZooKeeper's check; -1 for any version.</param>
    /// <param name="etag">A tag that <see cref="TryRead"/> takes.</param>
    public static Precondition From(int? version, string? etag, TagView view)
    {
        if (version is { } number)
        {
            return Precondition.OfVersion(number);
        }

        if (etag is null)
        {
            return Precondition.None;
        }

        return TryRead(etag, out var tag)
            ? tag?.AsPrecondition(view) ?? Precondition.Exists
            : EntityTag.ForeignTag;
    }
}
