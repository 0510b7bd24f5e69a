using WebCoord.Core;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;

namespace WebCoord.Server.Rest;

/// <summary>Reads what every call to the API has: path, session, freshness. A call in a session keeps it alive.
/// </summary>
internal sealed class RequestReader(ReadGate gate, Applier applier, SessionTracker sessions)
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
            return Refused(Problems.Of(ProblemCatalog.Of(view.Error), view.Detail ?? "Try again.", text));
        }

        context.Response.SetZxid(view.State.LastZxid);
        return TryReadSession(context.Request, view.State, out var session, out problem)
            ? new RequestContext(context, caller, view.State, applier)
            {
                Session = session,
                PathText = text,
                Path = path,
            }
            : Refused(problem!);

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

    /// <summary>Writes are always linearizable; asked of one, the consistency is about what it is answered after.
    /// </summary>
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

        freshness = new Freshness(consistency is ["local"], minZxid);
        return true;
    }

    private bool TryReadSession(HttpRequest request, CoordinationState state, out SessionId id,
        out ProblemBody? problem)
    {
        problem = null;
        id = SessionId.None;
        var header = request.Headers[WebCoordHeaders.Session];
        if (header.Count == 0)
        {
            return true;
        }

        if (header.Count > 1 || !SessionToken.TryParse(header[0], out id, out var key))
        {
            problem = Problems.Of(ProblemCatalog.AuthFailed,
                $"{WebCoordHeaders.Session} is not a session token; send the token that opening the session gave.");
        }
        else if (state.Sessions.Find(id) is not { } session)
        {
            problem = Problems.SessionExpired(id, state.Sessions);
        }
        else if (!SessionToken.Proves(key, session))
        {
            problem = Problems.Of(ProblemCatalog.AuthFailed, $"The token in {WebCoordHeaders.Session} is not that of "
                + $"the session {id}.");
        }
        else
        {
            sessions.Contact(id);
        }

        return problem is null;
    }
}
