using Microsoft.AspNetCore.SignalR;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;

namespace WebCoord.Server.SignalR;

/// <summary>The calls that change nodes. Each reaches the Sequencer before its first await, so that the writes of a
/// connection keep their order.</summary>
internal static class HubWrites
{
    public static async Task<WrittenNodeBody> CreateNodeAsync(HubConnection connection, CreateNodeCall call,
        CancellationToken cancellationToken)
    {
        var body = new CreateNodeBody
        {
            Data = call.Data,
            Encoding = call.Encoding,
            Mode = call.Mode,
            TtlMs = call.TtlMs,
            Acl = call.Acl,
            CreateParents = call.CreateParents,
        };
        var translation = RequestTranslation.Create(CallReader.Required("path", call.Path), body);
        return WrittenNodeBody.From(await WriteAsync(connection, call, translation, null, cancellationToken));
    }

    public static async Task<WrittenNodeBody> PutNodeAsync(HubConnection connection, PutNodeCall call,
        CancellationToken cancellationToken)
    {
        var translation = RequestTranslation.Put(CallReader.Required("path", call.Path),
            new PutNodeBody { Data = call.Data, Encoding = call.Encoding },
            CallReader.Precondition(call.Version, call.Etag), call.CreateParents ?? false);
        return WrittenNodeBody.From(await WriteAsync(connection, call, translation, null, cancellationToken));
    }

    public static async Task<ZxidAnswer> DeleteNodeAsync(HubConnection connection, DeleteNodeCall call,
        CancellationToken cancellationToken)
    {
        var translation = RequestTranslation.Delete(CallReader.Required("path", call.Path),
            CallReader.Precondition(call.Version, call.Etag), call.Recursive ?? false);
        var result = await WriteAsync(connection, call, translation, null, cancellationToken);
        return new ZxidAnswer(result.Zxid.ToString());
    }

    public static async Task<TransactionResultBody> TransactAsync(HubConnection connection, TransactCall call,
        CancellationToken cancellationToken)
    {
        var body = new TransactionBody { Operations = call.Operations };
        var translation = RequestTranslation.Transaction(body);
        return TransactionResultBody.From(body,
            await WriteAsync(connection, call, translation, body, cancellationToken));
    }

    /// <param name="transaction">What was sent, when it was a transaction.</param>
    private static async Task<ApplyResult> WriteAsync(HubConnection connection, HubWriteCall call,
        Translation translation, TransactionBody? transaction, CancellationToken cancellationToken)
    {
        if (!translation.Succeeded)
        {
            throw HubProblem.Of(Problems.BadArguments(translation.Errors));
        }

        var session = connection.Session.Id;
        if (session == SessionId.None && NeedsSession(translation.Command))
        {
            throw HubProblem.BadArgument("mode", "needs a session to belong to: call OpenSession first");
        }

        var request = connection.RequestFor(translation.Command);
        var result = await connection.Writes.SubmitAsync(request, CallReader.WriteFreshness(call), cancellationToken);
        using var turn = connection.Queue.BeginAnswer();
        await turn.Ready;
        return result.Succeeded ? result : throw Failure(connection, request, result, turn.State, transaction);
    }

    private static bool NeedsSession(Command command) => command switch
    {
        Command.Create create => create.Mode.Kind() == NodeKind.Ephemeral,
        Command.Multi multi => multi.Operations.Any(NeedsSession),
        _ => false,
    };

    private static HubException Failure(HubConnection connection, Request request, ApplyResult result,
        CoordinationState state, TransactionBody? transaction)
    {
        var context = new WriteContext(TagView.Data, state, connection.Caller.IsAnonymous,
            IsCreateOnly(request.Command));
        var problem = Problems.From(result, context);
        if (result.Error == ErrorCode.SessionExpired)
        {
            problem = Problems.SessionExpired(request.Session, state.Sessions) with
            {
                Zxid = problem.Zxid,
                Outcome = problem.Outcome,
            };
        }

        return HubProblem.Of(transaction is null
            ? problem
            : problem with { Results = OperationResultBody.From(transaction, result) });
    }

    private static bool IsCreateOnly(Command command) =>
        command is Command.Put { Precondition.Kind: PreconditionKind.Absent };
}
