using Microsoft.AspNetCore.SignalR;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;

namespace WebCoord.Server.SignalR;

/// <summary>The calls that begin and end a connection's session. Of a connection one runs at a time, in the order in
/// which they came.</summary>
internal sealed class HubSessions(HubReads reads, LocalInstance instance)
{
    public Task<CallAnswer> OpenAsync(HubConnection connection, OpenSessionCall call,
        CancellationToken cancellationToken)
    {
        var freshness = CallReader.Freshness(call);
        var lastZxid = CallReader.Zxid("lastZxid", call.LastZxid);

        // Whether the session exists is judged in the log: its head need not be known before.
        var needed = lastZxid > freshness.MinZxid ? lastZxid : freshness.MinZxid;
        var ready = reads.AwaitAsync(new Freshness(Local: true, needed), cancellationToken);
        return connection.SessionCalls.RunAsync(ready, () => OpenNextAsync(connection, call, cancellationToken));
    }

    public static Task<CallAnswer> CloseAsync(HubConnection connection, CloseSessionCall call,
        CancellationToken cancellationToken)
    {
        var freshness = CallReader.Freshness(call);
        return connection.SessionCalls.RunAsync(Task.CompletedTask,
            () => CloseNextAsync(connection, freshness, cancellationToken));
    }

    private async Task<CallAnswer> OpenNextAsync(HubConnection connection, OpenSessionCall call,
        CancellationToken cancellationToken)
    {
        var command = CommandFor(connection, call);
        var result = await connection.Writes.SubmitAsync(
            new Request(command) { Identities = connection.Caller.Identities }, default, cancellationToken);
        if (result.Session is { } session && result.Succeeded)
        {
            connection.Session.Begin(session.Id, resumed: command is Command.AttachSession);
        }

        var asked = command is Command.AttachSession attach ? attach.Session : SessionId.None;
        return await connection.AnswerAsync(state => result.Succeeded
            ? new SessionAnswer(result.Session!.Id.ToString(), SessionToken.Format(result.Session),
                result.Session.TimeoutMs, state.LastZxid.ToString(), instance.Name)
            : throw Failure(connection, asked, result, state));
    }

    private static async Task<CallAnswer> CloseNextAsync(HubConnection connection, Freshness freshness,
        CancellationToken cancellationToken)
    {
        var session = connection.Session.BeginClosing();
        if (session == SessionId.None)
        {
            throw HubProblem.Of(ProblemCatalog.SessionExpired, "This connection has no session to close.");
        }

        var result = ApplyResult.Refused(ErrorCode.OutcomeUnknown, "The connection ended.");
        try
        {
            result = await connection.Writes.SubmitAsync(
                connection.RequestFor(new Command.CloseSession(session)), freshness, cancellationToken);
        }
        finally
        {
            connection.Session.EndClosing(isClosed: result.Error is ErrorCode.Ok or ErrorCode.SessionExpired);
        }

        return await connection.AnswerAsync(state =>
            result.Succeeded ? null : throw Failure(connection, session, result, state));
    }

    private static Command CommandFor(HubConnection connection, OpenSessionCall call)
    {
        if (call.TimeoutMs is <= 0 || (call.TimeoutMs is null && call.Token is null))
        {
            throw HubProblem.BadArgument("timeoutMs", "must be a positive number of milliseconds");
        }

        var held = connection.Session.IsHeld ? connection.Session.Id : SessionId.None;
        if (call.Token is null)
        {
            return held == SessionId.None
                ? new Command.CreateSession(call.TimeoutMs!.Value, SessionToken.NewKey(), connection.Facts.Owner)
                : throw HubProblem.Of(ProblemCatalog.BadArguments,
                    $"This connection has the session {held}; close it before opening another.");
        }

        if (!SessionToken.TryParse(call.Token, out var session, out var key))
        {
            throw HubProblem.BadArgument("token", "is not a session token; pass it as OpenSession gave it");
        }

        return held == SessionId.None || held == session
            ? new Command.AttachSession(session, key, call.TimeoutMs ?? 0, connection.Facts.Owner)
            : throw HubProblem.BadArgument("token", $"is of another session than {held}, which this connection has; "
                + "close that first");
    }

    private static HubException Failure(HubConnection connection, SessionId session, ApplyResult result,
        CoordinationState state) => HubProblem.Of(result.Error == ErrorCode.SessionExpired
            ? Problems.SessionExpired(session, state)
            : Problems.From(result, new WriteContext(TagView.Data, state, connection.Caller.IsAnonymous, false)));
}
