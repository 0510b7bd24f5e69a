using System.Diagnostics.CodeAnalysis;
using WebCoord.Core;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;

namespace WebCoord.Server.Rest;

/// <summary>
/// What every call to the API has: who calls, in which session, about which znode, and the state to answer from. An
/// endpoint that takes it as a parameter never sees one with a <see cref="Refusal"/>: <see cref="RefusalFilter"/>
/// answers that.
/// </summary>
internal sealed class RequestContext(HttpContext http, CallerIdentities caller, CoordinationState state,
    Applier applier)
{
    public HttpContext Http => http;

    public CallerIdentities Caller => caller;

    /// <summary>As fresh as the caller wants it, and the same until <see cref="LetGoOfState"/>.</summary>
    [AllowNull]
    public CoordinationState State { get => field ??= applier.State; private set; } = state;

    /// <summary>The session that the call is part of; its token was proven.</summary>
    public SessionId Session { get; init; }

    /// <summary>The path as the caller meant it; for a create it may be one that no node can have.</summary>
    public string PathText { get; init; } = "/";

    /// <summary>The path; the root where the route has none, and for a create.</summary>
    public ZnodePath Path { get; init; }

    public ProblemBody? Refusal { get; init; }

    /// <summary>Called by the framework to make the parameter of an endpoint.</summary>
    public static async ValueTask<RequestContext?> BindAsync(HttpContext context) =>
        await context.RequestServices.GetRequiredService<RequestReader>().ReadAsync(context);

    /// <summary>To be called before a wait for the client or for a change: a state that is held keeps all its nodes in
    /// memory. Afterwards <see cref="State"/> is taken anew.</summary>
    public void LetGoOfState() => State = null;

    public bool May(Permissions needed, Znode node) => node.Acl.Permits(needed, caller.Identities);
}

/// <summary>Answers calls that were refused when their <see cref="RequestContext"/> was made.</summary>
internal sealed class RefusalFilter : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach (var argument in context.Arguments)
        {
            if (argument is RequestContext { Refusal: { } refusal })
            {
                return ValueTask.FromResult<object?>(new ProblemResult(refusal));
            }
        }

        return next(context);
    }
}
