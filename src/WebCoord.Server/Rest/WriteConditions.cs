using System.Globalization;
using WebCoord.Core.Commands;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary>Reads what must hold for a write: If-Match, If-None-Match, <c>?version=</c>.</summary>
internal static class WriteConditions
{
    /// <summary>For writes to a node that may exist.</summary>
    public static bool TryRead(RequestContext request, TagView view, out Precondition precondition,
        out ProblemBody? problem)
    {
        precondition = default;
        if (!TryReadHeaders(request.Http.Request, out var match, out var createOnly, out problem))
        {
            return false;
        }

        var query = request.Http.Request.Query["version"];
        if (query.Count > 0 && (match is not null || createOnly))
        {
            problem = Problems.BadArgument("version", "goes not together with If-Match or If-None-Match; give one");
            return false;
        }

        if (query.Count > 0)
        {
            if (query.Count > 1 || !int.TryParse(query[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                out var version))
            {
                problem = Problems.BadArgument("version", "must be one whole number");
                return false;
            }

            precondition = Precondition.OfVersion(version);
            return true;
        }

        precondition = createOnly ? Precondition.Absent : match is null ? Precondition.None
            : Choose(match, view);
        return true;
    }

    /// <summary>For a strict create, which may only say once more that the node must not exist.</summary>
    public static bool TryReadForCreate(HttpRequest request, out bool createOnly, out ProblemBody? problem)
    {
        if (!TryReadHeaders(request, out var match, out createOnly, out problem))
        {
            return false;
        }

        if (match is not null && match.Strong.All(tag => tag != EntityTag.Absent))
        {
            problem = Problems.BadArgument("If-Match", "a create can only be conditional on \"absent\"; use PUT");
            return false;
        }

        createOnly |= match is not null;
        return true;
    }

    private static bool TryReadHeaders(HttpRequest request, out EntityTagList? match, out bool createOnly,
        out ProblemBody? problem)
    {
        problem = null;
        createOnly = false;
        if (!EntityTagList.TryParse(request.Headers.IfMatch, out match))
        {
            problem = Problems.BadArgument("If-Match", "must be * or tags in double quotes, with commas between");
        }
        else if (match is { Count: > 1 })
        {
            problem = Problems.BadArgument("If-Match", "on a write must be one tag or *; read the node, and send its "
                + "tag");
        }
        else if (!EntityTagList.TryParse(request.Headers.IfNoneMatch, out var noneMatch))
        {
            problem = Problems.BadArgument("If-None-Match", "must be * or tags in double quotes, with commas between");
        }
        else if (noneMatch is { IsAny: false })
        {
            problem = Problems.BadArgument("If-None-Match", "on a write must be *, which means: create only");
        }
        else if (noneMatch is not null && match is not null)
        {
            problem = Problems.BadArgument("If-None-Match", "goes not together with If-Match; give one");
        }
        else
        {
            createOnly = noneMatch is not null;
        }

        return problem is null;
    }

    private static Precondition Choose(EntityTagList match, TagView view)
    {
        if (match.IsAny)
        {
            return Precondition.Exists;
        }

        return match.Strong.ToList() is [var tag] ? tag.AsPrecondition(view) : EntityTag.ForeignTag;
    }
}
