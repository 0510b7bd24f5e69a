using Microsoft.AspNetCore.Http.HttpResults;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary><c>/v1/transactions</c>: several operations, all or none.</summary>
internal static class TransactionsApi
{
    public static void MapTransactions(this IEndpointRouteBuilder api)
    {
        api.MapPost("/transactions", CommitAsync).WithName("commitTransaction").WithTags("transactions")
            .WithSummary("Do several operations, all or none")
            .WithDescription("Each operation sees what those before it did. The first that fails undoes all; its "
                + "status is the answer's, and results tells of each what became of it.")
            .Accepts<TransactionBody>("application/json").Refuses(400, 401, 403, 404, 408, 410, 415, 422, 503)
            .RefusesWrites();
    }

    private static async Task<Results<Ok<TransactionResultBody>, ProblemResult>> CommitAsync(RequestContext request,
        NodeWrites writes, [AsParameters] WriteQuery query)
    {
        var limit = BodyLimit.Json(request.State.Settings.MaxTransactionBytes, "MaxTransactionBytes");
        var (body, problem) = await RequestBody.ReadJsonAsync<TransactionBody>(request, limit);
        if (body is null)
        {
            return new ProblemResult(problem!);
        }

        var translation = RequestTranslation.Transaction(body);
        if (!translation.Succeeded)
        {
            return new ProblemResult(Problems.BadArguments(translation.Errors));
        }

        if (request.Session == SessionId.None && body.Operations!.Any(op => op.Mode?.Kind() == NodeKind.Ephemeral))
        {
            return new ProblemResult(Problems.BadArgument(WebCoordHeaders.Session,
                "is missing; an ephemeral node belongs to a session, whose token this header has"));
        }

        var result = await writes.SubmitAsync(request, translation.Command);
        return result.Succeeded
            ? TypedResults.Ok(TransactionResultBody.From(body, result))
            : new ProblemResult(Explain(request, writes, body, translation.Command, result));
    }

    /// <summary>The problem of the operation that failed, with what became of all.</summary>
    private static ProblemBody Explain(RequestContext request, NodeWrites writes, TransactionBody body, Command command,
        ApplyResult result)
    {
        var index = result.Operations.TakeWhile(operation => operation.Succeeded).Count();
        index = index < result.Operations.Length ? index : -1;
        var view = index >= 0 && body.Operations![index].Op == OperationKind.SetAcl ? TagView.Acl : TagView.Data;
        var createOnly = index >= 0
            && PreconditionOf(((Command.Multi)command).Operations[index]) == Precondition.Absent;
        var results = OperationResultBody.From(body, result);
        var problem = writes.Failure(request, result, view, createOnly) with
        {
            Results = results.Count > 0 ? results : null,
        };

        // What the operation met may be the work of one before it, which is undone: then it is not how the node is.
        var isOfTransaction = problem.Current?.Etag.Contains($"\"{result.Zxid}.", StringComparison.Ordinal) == true;
        return isOfTransaction ? problem with { Current = null } : problem;
    }

    private static Precondition PreconditionOf(Command operation) => operation switch
    {
        Command.Put put => put.Precondition,
        Command.SetData set => set.Precondition,
        Command.Check check => check.Precondition,
        Command.Delete delete => delete.Precondition,
        Command.SetAcl set => set.Precondition,
        _ => Precondition.None,
    };
}
