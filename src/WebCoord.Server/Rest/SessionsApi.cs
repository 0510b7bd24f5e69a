using Microsoft.AspNetCore.Http.HttpResults;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;

namespace WebCoord.Server.Rest;

/// <summary><c>/v1/sessions</c>: sessions of clients that speak HTTP.</summary>
internal static class SessionsApi
{
    private static readonly BodyLimit Limit = new(16 << 10, "a session body");

    public static void MapSessions(this IEndpointRouteBuilder api)
    {
        var sessions = api.MapGroup("/sessions").WithTags("sessions");
        sessions.Refuses(400, 401, 403, 410, 503);
        sessions.MapPost("", OpenAsync).WithName("openSession").WithSummary("Open a session")
            .WithDescription("Its token, sent as WebCoord-Session, makes calls part of it, and every such call keeps "
                + "it alive. Ephemeral nodes live as long as their session.")
            .Accepts<OpenSessionBody>("application/json").Refuses(408, 413, 415, 429, 504);
        sessions.MapGet("", List).WithName("listSessions").WithSummary("List the sessions that are alive");
        sessions.MapGet("/{id}", GetAsync).WithName("getSession").WithSummary("Look at a session");
        sessions.MapPost("/{id}/heartbeat", TouchAsync).WithName("touchSession").WithSummary("Keep a session alive")
            .WithDescription("Needs the session's token, or super. 503 means that this instance cannot vouch for the "
                + "session: turn to another.");
        sessions.MapDelete("/{id}", CloseAsync).WithName("closeSession").WithSummary("Close a session")
            .WithDescription("Its ephemeral nodes go with it. Needs the session's token, or super.")
            .Refuses(429, 504);
    }

    private static async Task<Results<Created<OpenedSessionBody>, ProblemResult>> OpenAsync(RequestContext request,
        NodeWrites writes, [AsParameters] WriteQuery query)
    {
        var (body, problem) = await RequestBody.ReadJsonAsync<OpenSessionBody>(request, Limit);
        if (body is null)
        {
            return new ProblemResult(problem!);
        }

        if (body.TimeoutMs is not { } timeoutMs || timeoutMs < 1)
        {
            return new ProblemResult(Problems.BadArgument("timeoutMs",
                "must be the session's timeout in ms, at least 1; the service clamps it to its range"));
        }

        var result = await writes.SubmitAsync(request, new Command.CreateSession(timeoutMs, SessionToken.NewKey()));
        if (result.Session is not { } session)
        {
            return new ProblemResult(writes.Failure(request, result, TagView.Data, createOnly: false));
        }

        // The token is a secret.
        request.Http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"/v1/sessions/{session.Id}", new OpenedSessionBody
        {
            SessionId = session.Id.ToString(),
            Token = SessionToken.Format(session),
            TimeoutMs = session.TimeoutMs,
        });
    }

    private static Ok<SessionsBody> List(RequestContext request, [AsParameters] ReadQuery query) =>
        TypedResults.Ok(new SessionsBody
        {
            Sessions = [.. request.State.Sessions.Select(session => BodyOf(request, session, request.State))],
        });

    private static async Task<Results<Ok<SessionBody>, ProblemResult>> GetAsync(RequestContext request, string id,
        SessionLookup lookup, [AsParameters] ReadQuery query)
    {
        var found = await FindAsync(request, id, lookup);
        return found.Session is { } session
            ? TypedResults.Ok(BodyOf(request, session, found.State))
            : new ProblemResult(found.Problem!);
    }

    /// <summary>Whether the instance may vouch for the session is judged last: the answer says that it lives.</summary>
    private static async Task<Results<Ok<SessionBody>, ProblemResult>> TouchAsync(RequestContext request, string id,
        SessionLookup lookup, SessionVoucher voucher, SessionTracker tracker, [AsParameters] WriteQuery query)
    {
        var found = await FindOwnAsync(request, id, lookup);
        if (found.Session is null)
        {
            return new ProblemResult(found.Problem!);
        }

        request.LetGoOfState();
        var vouched = await voucher.CanVouchForAsync(found.Session, request.Http.RequestAborted);
        var state = request.State;
        request.Http.Response.SetZxid(state.LastZxid);
        if (state.Sessions.Find(found.Session.Id) is not { } session)
        {
            return new ProblemResult(Problems.SessionExpired(found.Session.Id, state));
        }

        if (!vouched)
        {
            return new ProblemResult(Problems.NotVouchedFor(session.Id));
        }

        tracker.Contact(session.Id);
        return TypedResults.Ok(BodyOf(request, session, state) with { ExpiresInMs = session.TimeoutMs });
    }

    private static async Task<Results<NoContent, ProblemResult>> CloseAsync(RequestContext request, string id,
        NodeWrites writes, SessionLookup lookup, [AsParameters] WriteQuery query)
    {
        var found = await FindOwnAsync(request, id, lookup);
        if (found.Session is not { } session)
        {
            return new ProblemResult(found.Problem!);
        }

        request.LetGoOfState();
        var result = await writes.SubmitAsync(request, new Command.CloseSession(session.Id));
        return result switch
        {
            { Succeeded: true } => TypedResults.NoContent(),
            { Error: ErrorCode.SessionExpired } => new ProblemResult(
                Problems.SessionExpired(session.Id, request.State)),
            _ => new ProblemResult(writes.Failure(request, result, TagView.Data, createOnly: false)),
        };
    }

    /// <summary>A session that the caller may speak for: it has sent its token, or is super.</summary>
    private static async ValueTask<FoundSession> FindOwnAsync(RequestContext request, string text,
        SessionLookup lookup)
    {
        var found = await FindAsync(request, text, lookup);
        if (found.Session is not { } session || request.Session == session.Id || request.Caller.IsSuper)
        {
            return found;
        }

        var detail = $"Only who has the token of the session {session.Id} may do this: send it as "
            + $"{WebCoordHeaders.Session}.";
        var problem = Problems.Of(ProblemCatalog.NoAuth, detail) with
        {
            Status = request.Caller.IsAnonymous ? 401 : 403,
        };
        return found with { Session = null, Problem = problem };
    }

    private static async ValueTask<FoundSession> FindAsync(RequestContext request, string text, SessionLookup lookup)
    {
        if (!SessionId.TryParse(text, out var id))
        {
            return new FoundSession(null, request.State,
                Problems.BadArgument("id", "must be a session id: 0x and up to 16 hexadecimal digits"));
        }

        var found = await lookup.FindAsync(id, request.State, request.Http.RequestAborted);
        request.Http.Response.SetZxid(found.State.LastZxid);
        return found;
    }

    /// <summary>Names of ephemeral nodes are told to those who may read the nodes.</summary>
    private static SessionBody BodyOf(RequestContext request, Session session, CoordinationState state) =>
        SessionBody.From(session, state, path => state.Tree.Find(path.AsSpan()) is { } node
            && request.May(Permissions.Read, node));
}
