using Microsoft.AspNetCore.Http.HttpResults;
using WebCoord.Core;
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
            .WithDescription("The log, how durable it is and what is wrong with it, and the instances as of their last "
                + "heartbeats. While the log does not answer, ask with consistency=local.");
        cluster.MapPost("/sync", SyncAsync).WithName("sync").WithSummary("Catch up with the log")
            .WithDescription("Returns when this instance has applied all that was in the log.").Refuses(403);
    }

    private static Ok<ClusterBody> Get(RequestContext request, ITransactionLog log, LogHealth health,
        LocalInstance self, [AsParameters] ReadQuery query) =>
        TypedResults.Ok(ClusterBody.From(request.State,
            LogBody.From(log.Description, health.Failure, health.Silence), self.Id));

    private static async Task<Results<Ok<SyncBody>, ProblemResult>> SyncAsync(RequestContext request,
        ITransactionLog log, ReadGate gate, [AsParameters] ReadQuery query)
    {
        // The gate asks a shared log by itself; one of the process's own it never needs to ask.
        var ownHead = log.Description.IsShared ? Zxid.None : log.Head.Zxid;
        var view = await gate.ReadAsync(new Freshness(Local: false, ownHead), request.Http.RequestAborted);
        request.Http.Response.SetZxid(view.State.LastZxid);
        return view.Error == ErrorCode.Ok
            ? TypedResults.Ok(new SyncBody { Zxid = view.State.LastZxid.ToString() })
            : new ProblemResult(Problems.Of(view.Error, view.Detail));
    }
}
