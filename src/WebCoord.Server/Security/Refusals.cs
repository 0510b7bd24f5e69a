using WebCoord.Server.Contract;

namespace WebCoord.Server.Security;

/// <summary>Answers a request that reaches no endpoint with a problem, which the writer of problems writes.</summary>
internal static class Refusals
{
    private static readonly object ItemKey = new();

    public static Task RefuseAsync(this HttpContext context, ProblemBody problem)
    {
        context.Items[ItemKey] = problem;
        context.Response.StatusCode = problem.Status;
        return Task.CompletedTask;
    }

    /// <summary>What the request was refused with; null if it was not.</summary>
    public static ProblemBody? RefusalOf(HttpContext context) => context.Items[ItemKey] as ProblemBody;
}
