using System.Diagnostics;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Security;

/// <summary>Answers a request that gets no further with a problem document.</summary>
internal static class Refusals
{
    public static Task RefuseAsync(this HttpContext context, ProblemBody problem)
    {
        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"WebCoord\", charset=\"UTF-8\"";
        }

        context.Response.StatusCode = problem.Status;
        var traced = problem with { TraceId = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier };
        return context.Response.WriteAsJsonAsync(traced, ContractJson.Options, ProblemBody.ContentType,
            context.RequestAborted);
    }
}
