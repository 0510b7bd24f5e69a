using WebCoord.Core;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;

namespace WebCoord.Server.Rest;

/// <summary>Reads what every call to the API has: path, session, freshness. A call in a session keeps it alive.
/// </summary>
internal sealed class RequestReader(ReadGate gate, Applier applier, SessionTracker sessions, SessionLookup lookup,
    SessionVoucher voucher, Staleness staleness)
{
    public async ValueTask<RequestContext> ReadAsync(HttpContext context)
    {
        var caller = CallerIdentities.Of(context);
        if (!TryReadFreshness(context.Request, out var freshness, out var problem)
            || !TryReadPath(context, out var text, out var path, out problem))
        {
            return Refused(problem!);
        }

        var view = await gate.ReadAsync(freshness, context.RequestAborted);
        if (view.Error != ErrorCode.Ok)
        {
            context.Response.SetZxid(view.State.LastZxid);
            return Refused(Problems.Of(view.Error, view.Detail, text));
        }

        var (session, state, refusal) = await ReadSessionAsync(context, view.State);
        context.Response.SetZxid(state.LastZxid);
        if (refusal is not null)
        {
            return Refused(refusal);
        }

        if (freshness.Local && !WriteOutcome.IsAskedOf(context.Request))
        {
            staleness.Tell(context.Response);
        }

        return new RequestContext(context, caller, state, applier)
        {
            Session = session,
            PathText = text,
            Path = path,
        };

        RequestContext Refused(ProblemBody refusal) =>
            new(context, caller, applier.State, applier) { Refusal = refusal };
    }

    private static bool TryReadPath(HttpContext context, out string text, out ZnodePath path, out ProblemBody? problem)
    {
        text = "/";
        path = default;
        problem = null;
        if (context.GetEndpoint()?.Metadata.GetMetadata<PathPrefix>() is not { Prefix: var prefix })
        {
            return true;
        }

        if (!RequestPath.TryRead(context, prefix, out var read, out var fault))
        {
            problem = Problems.BadArgument("path", fault);
            return false;
        }

        text = read;

        // The path of a create may end in a slash; whoever makes the command looks at it.
        if (!HttpMethods.IsPost(context.Request.Method) && !ZnodePath.TryParse(text, out path, out fault))
        {
            problem = Problems.BadArgument("path", fault, text);
        }

        return problem is null;
    }

    /// <summary>Writes are judged by the log itself: they need not know its head before.</summary>
    private static bool TryReadFreshness(HttpRequest request, out Freshness freshness, out ProblemBody? problem)
    {
        problem = null;
        freshness = default;
        var consistency = request.Query["consistency"];
        if (consistency.Count > 0 && consistency is not ["local" or "linearizable"])
        {
            problem = Problems.BadArgument("consistency", "must be local or linearizable");
            return false;
        }

        var minZxid = Zxid.None;
        var header = request.Headers[WebCoordHeaders.MinZxid];
        if (header.Count > 0 && !(header.Count == 1 && Zxid.TryParse(header[0], out minZxid)))
        {
            problem = Problems.BadArgument(WebCoordHeaders.MinZxid, "must be a decimal zxid");
            return false;
        }

        freshness = new Freshness(consistency is ["local"] || WriteOutcome.IsAskedOf(request), minZxid);
        return true;
    }

    private async ValueTask<(SessionId Session, CoordinationState State, ProblemBody? Refusal)> ReadSessionAsync(
        HttpContext context, CoordinationState state)
    {
        var header = context.Request.Headers[WebCoordHeaders.Session];
        if (header.Count == 0)
        {
            return (SessionId.None, state, null);
        }

        if (header.Count > 1 || !SessionToken.TryParse(header[0], out var id, out var key))
        {
            return (SessionId.None, state, Problems.Of(ProblemCatalog.AuthFailed,
                $"{WebCoordHeaders.Session} is not a session token; send the token that opening the session gave."));
        }

        var found = await lookup.FindAsync(id, state, context.RequestAborted);
        if (found.Session is not { } session)
        {
            return (id, found.State, found.Problem);
        }

        if (!SessionToken.Proves(key, session))
        {
            return (id, found.State, Problems.Of(ProblemCatalog.AuthFailed, $"The token in {WebCoordHeaders.Session} "
                + $"is not that of the session {id}."));
        }

        // Of a write and a heartbeat the log is asked.
        sessions.Contact(id);
        return (id, found.State, WriteOutcome.IsAskedOf(context.Request) || voucher.MayAnswerIn(session)
            ? null
            : Problems.NotVouchedFor(id));
    }
}
