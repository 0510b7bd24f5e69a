using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using WebCoord.Core;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary><c>/v1/tree/{path}</c>: a whole subtree from one snapshot, streamed.</summary>
internal static class TreeApi
{
    public static void MapTree(this IEndpointRouteBuilder api)
    {
        api.MapPaths("tree").MapGet("", GetAsync).WithName("getTree").WithSummary("Read a subtree")
            .WithDescription("One consistent snapshot. As application/x-ndjson it is one node per line, and the last "
                + "line is {\"end\":true,\"zxid\":\"...\"}. A reader that takes more than 10 seconds per 64 KiB or 10 "
                + "minutes in all is cut off.")
            .Produces<TreeBody>(StatusCodes.Status200OK, TreeStream.Json, TreeStream.Lines).Refuses(404, 406, 429);
    }

    private static Results<TreeResult, ProblemResult> GetAsync(RequestContext request, TreeStream stream,
        [AsParameters] ReadQuery query, int? depth, string? include)
    {
        if (depth < 0)
        {
            return new ProblemResult(Problems.BadArgument("depth", "must be 0 or more"));
        }

        if (!InclusionText.TryParse(include, out var inclusion, out var problem))
        {
            return new ProblemResult(Problems.BadArgument("include", problem!));
        }

        request.Http.Response.Headers.Vary = "Accept";
        if (!TryNegotiate(request.Http.Request, out var lines))
        {
            return new ProblemResult(Problems.Of(ProblemCatalog.NotAcceptable,
                $"A tree comes as {TreeStream.Json} or {TreeStream.Lines}; the Accept header allows neither."));
        }

        if (request.State.Tree.Find(request.Path) is not { } node)
        {
            return new ProblemResult(Problems.NoNode(request.Path));
        }

        if (!request.May(Permissions.Read, node))
        {
            return new ProblemResult(Problems.NoAuth(request.Path, "READ", request.Caller.IsAnonymous));
        }

        var steps = ReadableTree.Walk(request.Path, node, depth ?? int.MaxValue,
            child => request.May(Permissions.Read, child));
        return new TreeResult(stream, request.State.LastZxid, steps, inclusion, lines);
    }

    /// <summary>JSON unless lines are preferred.</summary>
    private static bool TryNegotiate(HttpRequest request, out bool lines)
    {
        lines = false;
        var accept = request.GetTypedHeaders().Accept;
        if (accept.Count == 0)
        {
            return true;
        }

        var json = Quality(accept, TreeStream.Json);
        var ndjson = Quality(accept, TreeStream.Lines);
        lines = ndjson > json;
        return json > 0 || ndjson > 0;
    }

    private static double Quality(IList<MediaTypeHeaderValue> accept, string type)
    {
        var wanted = new MediaTypeHeaderValue(type);
        var most = accept.Where(range => Covers(range, wanted)).OrderByDescending(Specificity).FirstOrDefault();
        return most is null ? 0 : most.Quality ?? 1;
    }

    /// <summary>Whatever parameters a range has beside its weight: both types are in UTF-8 alone.</summary>
    private static bool Covers(MediaTypeHeaderValue range, MediaTypeHeaderValue type) => range.MatchesAllTypes
        || (range.Type.Equals(type.Type, StringComparison.OrdinalIgnoreCase)
            && (range.MatchesAllSubTypes || range.SubType.Equals(type.SubType, StringComparison.OrdinalIgnoreCase)));

    private static int Specificity(MediaTypeHeaderValue range) =>
        range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;

    private sealed class TreeResult(TreeStream stream, Zxid zxid, IEnumerable<TreeStep> steps, Inclusion include,
        bool lines)
        : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) =>
            stream.WriteAsync(httpContext, zxid, steps, include, lines);
    }
}
