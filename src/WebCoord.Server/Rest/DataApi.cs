using Microsoft.AspNetCore.Http.HttpResults;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary><c>/v1/data/{path}</c>: the data of nodes as raw bytes.</summary>
internal static class DataApi
{
    private const string Prefix = "/v1/data";
    private const string Bytes = "application/octet-stream";

    public static void MapData(this IEndpointRouteBuilder api)
    {
        var data = api.MapPaths("data");
        data.MapGet("", GetAsync).WithName("getData").WithSummary("Read the bytes of a node")
            .WithDescription("The stat is in the WebCoord-Stat-* headers. Null data is an empty body with "
                + "'WebCoord-Data-Null: true'.")
            .Produces<Stream>(StatusCodes.Status200OK, Bytes)
            .Produces(StatusCodes.Status304NotModified).Refuses(404, 412, 429);
        data.MapPut("", PutAsync).WithName("putData").WithSummary("Set the bytes of a node, or create the node")
            .WithDescription("The body is taken as it is, whatever its Content-Type.")
            .Accepts<Stream>(Bytes, "*/*").RefusesWrites(404, 408);
        data.MapPost("", CreateAsync).WithName("createData").WithSummary("Create a node of these bytes")
            .WithDescription("The body is taken as it is, whatever its Content-Type. The node is open to everybody.")
            .Accepts<Stream>(Bytes, "*/*").RefusesWrites(404, 408);
    }

    private static async Task<Results<RawDataResult, StatusCodeHttpResult, ProblemResult>> GetAsync(
        RequestContext request, ViewReader views, [AsParameters] ViewQuery query)
    {
        var answer = await views.ReadAsync(request, TagView.Data, Permissions.Read,
            isTagged: !QuotaStatistics.Contains(request.Path.Value));
        return answer.Problem is { } problem ? new ProblemResult(problem)
            : answer.IsNotModified ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : new RawDataResult(answer.Node);
    }

    private static async Task<Results<Ok<WrittenNodeBody>, Created<WrittenNodeBody>, ProblemResult>> PutAsync(
        RequestContext request, NodeWrites writes, [AsParameters] ConditionalWriteQuery query, bool? createParents)
    {
        var (bytes, problem) = await RequestBody.ReadBytesAsync(request,
            BodyLimit.Raw(request.State.Settings.MaxDataBytes));
        if (bytes is null)
        {
            return new ProblemResult(problem!);
        }

        var (result, failure) = await writes.PutAsync(request, bytes, createParents ?? false);
        return result is null ? new ProblemResult(failure!)
            : result.Created ? TypedResults.Created((string?)null, NodeWrites.Written(request, result, Prefix))
            : TypedResults.Ok(NodeWrites.Written(request, result, Prefix));
    }

    private static async Task<Results<Created<WrittenNodeBody>, ProblemResult>> CreateAsync(RequestContext request,
        NodeWrites writes, [AsParameters] CreateQuery query, string? mode, long? ttlMs, bool? createParents)
    {
        var parsed = CreateMode.Persistent;
        if (mode is not null && !EnumNameConverter<CreateMode>.TryParse(mode, out parsed))
        {
            return new ProblemResult(Problems.BadArgument("mode",
                $"must be one of {EnumNameConverter<CreateMode>.Names}"));
        }

        var (bytes, problem) = await RequestBody.ReadBytesAsync(request,
            BodyLimit.Raw(request.State.Settings.MaxDataBytes));
        if (bytes is null)
        {
            return new ProblemResult(problem!);
        }

        var body = new CreateNodeBody { Mode = parsed, TtlMs = ttlMs, CreateParents = createParents };
        var (result, failure) = await writes.CreateAsync(request, body, bytes);
        return result is null
            ? new ProblemResult(failure!)
            : TypedResults.Created((string?)null, NodeWrites.Written(request, result, Prefix));
    }

    /// <summary>The bytes of a node. Whoever can set them must not be able to have them run as a page.</summary>
    private sealed class RawDataResult(Znode node) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = Bytes;
            response.Headers.XContentTypeOptions = "nosniff";
            response.SetStat(node.Stat);
            if (node.Data is not { } data)
            {
                response.Headers[WebCoordHeaders.DataNull] = "true";
                response.ContentLength = 0;
                return Task.CompletedTask;
            }

            response.ContentLength = data.Length;
            return response.Body.WriteAsync(data, httpContext.RequestAborted).AsTask();
        }
    }
}
