using System.Diagnostics;
using System.Globalization;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary>An answer that says why a request failed. Every failure of the API is one of these: it alone writes problem
/// documents over HTTP.</summary>
internal sealed class ProblemResult(ProblemBody problem) : IResult, IStatusCodeHttpResult
{
    private const string Challenge = "Basic realm=\"WebCoord\", charset=\"UTF-8\"";

    public ProblemBody Value => problem;

    public int? StatusCode => problem.Status;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = problem.Status;
        if (problem.Current is { } current)
        {
            response.Headers.ETag = current.Etag;
        }

        if (problem.Zxid is { } zxid)
        {
            response.Headers[WebCoordHeaders.Zxid] = zxid;
        }

        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = Challenge;
        }

        if (ProblemCatalog.All[problem.Code].RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var traceId = Activity.Current?.TraceId.ToString() ?? httpContext.TraceIdentifier;
        var body = problem with
        {
            Zxid = response.Headers[WebCoordHeaders.Zxid],
            Outcome = problem.Outcome ?? WriteOutcome.Of(httpContext),
            TraceId = traceId,
        };
        return response.WriteAsJsonAsync(body, ContractJson.Options, ProblemBody.ContentType,
            httpContext.RequestAborted);
    }
}
