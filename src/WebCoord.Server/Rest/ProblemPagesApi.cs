using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary><c>/problems/{code}</c>: what the <c>type</c> of a problem document points at. A page for browsers, plain
/// text for others.</summary>
internal static class ProblemPagesApi
{
    private const string Utf8 = "; charset=utf-8";

    public static void MapProblemPages(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("/problems").AllowAnonymous().ExcludeFromDescription();
        pages.MapGet("", (HttpContext context) => Answer(context, "Problems", [.. ProblemCatalog.All.Values]))
            .WithName("problems");
        pages.MapGet("/{code}", Get).WithName("problem");
    }

    private static Results<ContentHttpResult, ProblemResult> Get(HttpContext context, string code) =>
        ProblemCatalog.All.TryGetValue(code, out var kind)
            ? Answer(context, kind.Title, [kind])
            : new ProblemResult(Problems.Of(ProblemCatalog.UnknownRoute,
                "There is no problem of that code. All codes are listed at /problems."));

    private static ContentHttpResult Answer(HttpContext context, string title, IReadOnlyList<ProblemKind> kinds)
    {
        context.Response.Headers.Vary = "Accept";
        return WantsHtml(context.Request)
            ? TypedResults.Text(Html(title, kinds), "text/html" + Utf8)
            : TypedResults.Text(string.Join('\n', kinds.Select(Plain)), "text/plain" + Utf8);
    }

    private static bool WantsHtml(HttpRequest request) => request.GetTypedHeaders().Accept
        .Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) && type.Quality is not 0);

    private static string Plain(ProblemKind kind) => $"{kind.Code}: {kind.Title}\n  {Facts(kind)}\n  {kind.Meaning}\n";

    private static string Facts(ProblemKind kind)
    {
        var facts = new StringBuilder("HTTP status ").Append(CultureInfo.InvariantCulture, $"{kind.Status}");
        if (kind.ZkCode is { } number)
        {
            facts.Append(CultureInfo.InvariantCulture, $", ZooKeeper error {number}");
        }

        if (kind.RetryAfterSeconds is not null)
        {
            facts.Append(", with Retry-After");
        }

        return facts.ToString();
    }

    private static string Html(string title, IEnumerable<ProblemKind> kinds)
    {
        var html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
            .Append(WebUtility.HtmlEncode(title)).Append(" - WebCoord</title><meta name=\"viewport\" content=\"")
            .Append("width=device-width\"><style>body{font:1rem/1.5 system-ui;margin:2rem auto;max-width:42rem;")
            .Append("padding:0 1rem}</style></head><body>\n<p><a href=\"/problems\">All problems</a></p>\n");
        foreach (var kind in kinds)
        {
            html.Append(CultureInfo.InvariantCulture, $"<h2><a href=\"{kind.Type}\">{kind.Code}</a></h2>\n")
                .Append(CultureInfo.InvariantCulture, $"<p><b>{WebUtility.HtmlEncode(kind.Title)}</b> ")
                .Append(CultureInfo.InvariantCulture, $"({Facts(kind)})</p>\n")
                .Append(CultureInfo.InvariantCulture, $"<p>{WebUtility.HtmlEncode(kind.Meaning)}</p>\n");
        }

        return html.Append("</body></html>\n").ToString();
    }
}
