using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using WebCoord.Core;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Rest;

/// <summary>What a read found: the node to answer from, or the answer itself.</summary>
internal readonly struct ViewAnswer
{
    private ViewAnswer(CoordinationState? state, Znode? node, ProblemBody? problem)
    {
        State = state;
        Node = node;
        Problem = problem;
    }

    public CoordinationState? State { get; }

    public Znode? Node { get; }

    public ProblemBody? Problem { get; }

    /// <summary>Neither a node nor a problem: the caller has what there is, status 304.</summary>
    [MemberNotNullWhen(false, nameof(Node), nameof(State))]
    public bool IsNotModified => Node is null;

    public static ViewAnswer NotModified => default;

    public static ViewAnswer Of(CoordinationState state, Znode node) => new(state, node, null);

    public static implicit operator ViewAnswer(ProblemBody problem) => new(null, null, problem);
}

/// <summary>Reads a view of a node under conditions, waiting for a change if the caller wants that.</summary>
internal sealed class ViewReader(LongPolls polls, Staleness staleness, SessionVoucher voucher)
{
    /// <param name="needed">One of these permissions on the node is enough.</param>
    /// <param name="isTagged">Whether the answer has an entity tag; without one it is never "not modified".</param>
    public async Task<ViewAnswer> ReadAsync(RequestContext request, TagView view, Permissions needed, bool isTagged)
    {
        if (!ReadConditions.TryRead(request.Http.Request, out var conditions, out var problem))
        {
            return problem;
        }

        if (conditions is not { Wait: { } wished, NoneMatch: { } known })
        {
            return Judge(request, request.State, view, needed, isTagged, conditions);
        }

        var wait = Bounded(request, wished);
        var changed = await WaitAsync(request, view, IsUnchanged, wait);
        if (changed is null)
        {
            return Problems.Of(ProblemCatalog.Throttled,
                $"{polls.MaxWaiting} requests wait for changes already, the most at a time; try again.",
                request.Path.Value);
        }

        // However fresh it was when the wait began.
        staleness.Tell(request.Http.Response);
        if (JudgeSession(request, changed) is { } refusal)
        {
            request.Http.Response.SetZxid(changed.LastZxid);
            return refusal;
        }

        if (conditions.IsPreference)
        {
            request.Http.Response.Headers["Preference-Applied"] =
                string.Create(CultureInfo.InvariantCulture, $"wait={(int)wait.TotalSeconds}");
        }

        return Judge(request, changed, view, needed, isTagged, conditions);

        bool IsUnchanged(CoordinationState current)
        {
            var node = current.Tree.Find(request.Path);
            return (node is null || (isTagged && request.May(needed, node)))
                && known.MatchesWeakly(EntityTag.Of(view, node));
        }
    }

    /// <summary>Waits without holding a state.</summary>
    private Task<CoordinationState?> WaitAsync(RequestContext request, TagView view,
        Func<CoordinationState, bool> unchanged, TimeSpan wait)
    {
        request.LetGoOfState();
        var polled = new PolledView(request.Path, view, request.Caller.Identities);
        return polls.WaitWhileAsync(polled, unchanged, wait, request.Http.RequestAborted);
    }

    /// <summary>In a session no wait lasts longer than half of the timeout: then the client asks again, and so shows
    /// that it is alive. An open connection alone would not, and its locks must not outlive it.</summary>
    private static TimeSpan Bounded(RequestContext request, TimeSpan wait) =>
        request.State.Sessions.Find(request.Session) is { } session && wait.TotalMilliseconds > session.TimeoutMs / 2.0
            ? TimeSpan.FromMilliseconds(session.TimeoutMs / 2.0)
            : wait;

    /// <summary>Whatever was known of the session when the wait began. Null if it is well, or there is none.</summary>
    private ProblemBody? JudgeSession(RequestContext request, CoordinationState state) =>
        request.Session == SessionId.None ? null
        : state.Sessions.Find(request.Session) is not { } session ? Problems.SessionExpired(request.Session, state)
        : voucher.MayAnswerIn(session) ? null
        : Problems.NotVouchedFor(session.Id);

    private static ViewAnswer Judge(RequestContext request, CoordinationState state, TagView view, Permissions needed,
        bool isTagged, ReadConditions conditions)
    {
        var response = request.Http.Response;
        response.SetZxid(state.LastZxid);
        var node = state.Tree.Find(request.Path);
        if (node is not null && !request.May(needed, node))
        {
            return Problems.NoAuth(request.Path, "READ", request.Caller.IsAnonymous);
        }

        var tag = EntityTag.Of(view, node);
        var hasTag = isTagged || node is null;
        if (hasTag)
        {
            response.Headers.ETag = tag.ToString();
        }

        if (conditions.Match?.MatchesStrongly(tag) == false)
        {
            return Problems.Of(ProblemCatalog.BadVersion, $"If-Match does not name the present tag of {request.Path}.",
                request.Path.Value) with
            {
                Current = new CurrentBody { Etag = tag.ToString(), Version = node is null ? null : tag.Version },
            };
        }

        if (hasTag && conditions.NoneMatch?.MatchesWeakly(tag) == true)
        {
            return ViewAnswer.NotModified;
        }

        return node is null ? Problems.NoNode(request.Path) : ViewAnswer.Of(state, node);
    }
}
