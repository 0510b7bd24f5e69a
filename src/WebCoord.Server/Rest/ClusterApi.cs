using Microsoft.AspNetCore.Http.HttpResults;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Rest;

/// <summary><c>/v1/cluster</c> and <c>/v1/sync</c>: the service as a whole.</summary>
internal static class ClusterApi
{
    public static void MapCluster(this IEndpointRouteBuilder api)
    {
        var cluster = api.MapGroup("").WithTags("cluster");
        cluster.Refuses(400, 401, 410, 503);
        cluster.MapGet("/cluster", Get).WithName("getCluster").WithSummary("Look at the service as a whole")
            .WithDescription("The log and how durable it is, and the instances as of their last heartbeats.");
        cluster.MapPost("/sync", SyncAsync).WithName("sync").WithSummary("Catch up with the log")
            .WithDescription("Returns when this instance has applied all that was in the log.").Refuses(403);
    }

    private static Ok<ClusterBody> Get(RequestContext request, ITransactionLog log, LogHealth health,
        LocalInstance self, [AsParameters] ReadQuery query) =>
        TypedResults.Ok(ClusterBody.From(request.State, log.Description, health.IsAvailable, self.Id));

    private static async Task<Results<Ok<SyncBody>, ProblemResult>> SyncAsync(RequestContext request,
        ITransactionLog log, Applier applier, [AsParameters] ReadQuery query)
    {
        var head = log.Head.Zxid;
        if (!await applier.WaitForAsync(head, ReadGate.MaxWait, request.Http.RequestAborted))
        {
            return new ProblemResult(Problems.Of(ProblemCatalog.ReplicaBehind,
                $"This instance has applied zxid {applier.State.LastZxid}, not yet {head}; try again."));
        }

        var applied = applier.State.LastZxid;
        request.Http.Response.SetZxid(applied);
        return TypedResults.Ok(new SyncBody { Zxid = applied.ToString() });
    }
}
