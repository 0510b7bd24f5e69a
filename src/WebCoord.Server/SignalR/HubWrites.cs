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
    public static Task<CallAnswer> CreateNodeAsync(HubConnection connection, CreateNodeCall call,
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
        return WriteAsync(connection, call, translation, WrittenNodeBody.From, null, cancellationToken);
    }

    public static Task<CallAnswer> PutNodeAsync(HubConnection connection, PutNodeCall call,
        CancellationToken cancellationToken)
    {
        var translation = RequestTranslation.Put(CallReader.Required("path", call.Path),
            new PutNodeBody { Data = call.Data, Encoding = call.Encoding },
            CallReader.Precondition(call.Version, call.Etag), call.CreateParents ?? false);
        return WriteAsync(connection, call, translation, WrittenNodeBody.From, null, cancellationToken);
    }

    public static Task<CallAnswer> DeleteNodeAsync(HubConnection connection, DeleteNodeCall call,
        CancellationToken cancellationToken)
    {
        var translation = RequestTranslation.Delete(CallReader.Required("path", call.Path),
            CallReader.Precondition(call.Version, call.Etag), call.Recursive ?? false);
        return WriteAsync(connection, call, translation, result => new ZxidAnswer(result.Zxid.ToString()),
            null, cancellationToken);
    }

    public static Task<CallAnswer> TransactAsync(HubConnection connection, TransactCall call,
        CancellationToken cancellationToken)
    {
        var body = new TransactionBody { Operations = call.Operations };
        var translation = RequestTranslation.Transaction(body);
        return WriteAsync(connection, call, translation, result => TransactionResultBody.From(body, result),
            body, cancellationToken);
    }

    /// <param name="transaction">What was sent, when it was a transaction.</param>
    private static async Task<CallAnswer> WriteAsync(HubConnection connection, HubWriteCall call,
        Translation translation, Func<ApplyResult, object> answer, TransactionBody? transaction,
        CancellationToken cancellationToken)
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
        return await connection.AnswerAsync(state => result.Succeeded
            ? answer(result)
            : throw Failure(connection, request, result, state, transaction));
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
            problem = Problems.SessionExpired(request.Session, state) with
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
