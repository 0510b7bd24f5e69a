using Microsoft.AspNetCore.Http.HttpResults;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary><c>/v1/nodes/{path}</c>: nodes with their data as JSON.</summary>
internal static class NodesApi
{
    private const string Prefix = "/v1/nodes";

    public static void MapNodes(this IEndpointRouteBuilder api)
    {
        var nodes = api.MapPaths("nodes");
        nodes.MapGet("", GetAsync).WithName("getNode").WithSummary("Read a node")
            .WithDescription("The tag covers the data only. With If-None-Match and wait it is a long poll.")
            .Produces(StatusCodes.Status304NotModified).Refuses(404, 412, 429);
        nodes.MapMethods("", [HttpMethods.Head], HeadAsync).WithName("headNode")
            .WithSummary("Ask whether a node exists")
            .WithDescription("The stat is in the WebCoord-Stat-* headers.").Produces(StatusCodes.Status200OK)
            .Produces(StatusCodes.Status304NotModified).Refuses(404, 412, 429);
        nodes.MapPut("", PutAsync).WithName("putNode").WithSummary("Set a node's data, or create the node")
            .WithDescription("A node that is created is persistent, and open to everybody.")
            .Accepts<PutNodeBody>("application/json").RefusesWrites(404, 408, 415);
        nodes.MapPost("", CreateAsync).WithName("createNode").WithSummary("Create a node that must not exist")
            .WithDescription("The sequential modes append a suffix of ten digits; their path may end in '/'.")
            .Accepts<CreateNodeBody>("application/json").RefusesWrites(404, 408, 415, 422);
        nodes.MapDelete("", DeleteAsync).WithName("deleteNode").WithSummary("Delete a node")
            .WithDescription("With recursive=true all below it goes too, at once or not at all.").RefusesWrites(404);
    }

    private static async Task<Results<Ok<NodeBody>, StatusCodeHttpResult, ProblemResult>> GetAsync(
        RequestContext request, ViewReader views, [AsParameters] ViewQuery query, string? encoding)
    {
        DataEncoding? wanted = null;
        if (encoding is not null)
        {
            if (!EnumNameConverter<DataEncoding>.TryParse(encoding, out var parsed))
            {
                return new ProblemResult(Problems.BadArgument("encoding",
                    $"must be one of {EnumNameConverter<DataEncoding>.Names}"));
            }

            wanted = parsed;
        }

        var answer = await ReadAsync(request, views);
        return answer.Problem is { } problem ? new ProblemResult(problem)
            : answer.IsNotModified ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(NodeBody.From(request.Path, answer.Node, wanted));
    }

    private static async Task<Results<Ok, StatusCodeHttpResult, ProblemResult>> HeadAsync(RequestContext request,
        ViewReader views, [AsParameters] ViewQuery query)
    {
        var answer = await ReadAsync(request, views);
        if (answer.Problem is { } problem)
        {
            return new ProblemResult(problem);
        }

        if (answer.IsNotModified)
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        request.Http.Response.SetStat(answer.Node.Stat);
        return TypedResults.Ok();
    }

    private static Task<ViewAnswer> ReadAsync(RequestContext request, ViewReader views) => views.ReadAsync(request,
        TagView.Data, Permissions.Read, isTagged: !QuotaStatistics.Contains(request.Path.Value));

    private static async Task<Results<Ok<WrittenNodeBody>, Created<WrittenNodeBody>, ProblemResult>> PutAsync(
        RequestContext request, NodeWrites writes, [AsParameters] ConditionalWriteQuery query, bool? createParents)
    {
        var limit = BodyLimit.Json(request.State.Settings.MaxDataBytes, "MaxDataBytes");
        var (body, problem) = await RequestBody.ReadJsonAsync<PutNodeBody>(request, limit);
        if (body is null)
        {
            return new ProblemResult(problem!);
        }

        var (result, failure) = await writes.PutAsync(request, body, createParents ?? false);
        return result is null ? new ProblemResult(failure!)
            : result.Created ? TypedResults.Created((string?)null, NodeWrites.Written(request, result, Prefix))
            : TypedResults.Ok(NodeWrites.Written(request, result, Prefix));
    }

    private static async Task<Results<Created<WrittenNodeBody>, ProblemResult>> CreateAsync(RequestContext request,
        NodeWrites writes, [AsParameters] CreateQuery query)
    {
        var limit = BodyLimit.Json(request.State.Settings.MaxDataBytes, "MaxDataBytes");
        var (body, problem) = await RequestBody.ReadJsonAsync<CreateNodeBody>(request, limit);
        if (body is null)
        {
            return new ProblemResult(problem!);
        }

        var (result, failure) = await writes.CreateAsync(request, body);
        return result is null
            ? new ProblemResult(failure!)
            : TypedResults.Created((string?)null, NodeWrites.Written(request, result, Prefix));
    }

    private static async Task<Results<NoContent, ProblemResult>> DeleteAsync(RequestContext request, NodeWrites writes,
        [AsParameters] ConditionalWriteQuery query, bool? recursive)
    {
        var problem = await writes.DeleteAsync(request, recursive ?? false);
        return problem is null ? TypedResults.NoContent() : new ProblemResult(problem);
    }
}
