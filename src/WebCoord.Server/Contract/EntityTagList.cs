using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace WebCoord.Server.Contract;

/// <summary>The value of an If-Match or If-None-Match header: <c>*</c>, or one or more tags.</summary>
internal sealed class EntityTagList
{
    private readonly List<(EntityTag? Tag, bool IsWeak)> _tags = [];

    private EntityTagList(IEnumerable<EntityTagHeaderValue> values)
    {
        foreach (var value in values)
        {
            IsAny |= ReferenceEquals(value, EntityTagHeaderValue.Any);
            _tags.Add((EntityTag.TryParse(value.Tag.Value, out var tag) ? tag : null, value.IsWeak));
        }
    }

    /// <summary>Whether it is <c>*</c>.</summary>
    public bool IsAny { get; }

    /// <summary>How many tags the header has; <c>*</c> is one.</summary>
    public int Count => _tags.Count;

    /// <summary>The tags that a strong comparison can match; tags that this service never gave out are left out.
    /// </summary>
    public IEnumerable<EntityTag> Strong => _tags.Where(item => !item.IsWeak && item.Tag is not null)
        .Select(item => item.Tag!.Value);

    /// <summary>Reads the header; null when it is absent. False when it is malformed.</summary>
    public static bool TryParse(StringValues header, out EntityTagList? list)
    {
        list = null;
        if (header.Count == 0)
        {
            return true;
        }

        if (!EntityTagHeaderValue.TryParseStrictList([.. header.Select(line => line ?? "")], out var values)
            || values.Count == 0)
        {
            return false;
        }

        list = new EntityTagList(values);
        return true;
    }

    /// <summary>The comparison of If-Match: a weak tag never matches; <c>*</c> matches any node that is
    /// there.</summary>
    public bool MatchesStrongly(EntityTag current) =>
        IsAny ? current != EntityTag.Absent : Strong.Contains(current);

    /// <summary>The comparison of If-None-Match: weak tags count.</summary>
    public bool MatchesWeakly(EntityTag current) =>
        IsAny ? current != EntityTag.Absent : _tags.Exists(item => item.Tag == current);
}
