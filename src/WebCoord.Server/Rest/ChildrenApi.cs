using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary><c>/v1/children/{path}</c>: the children of a node, page by page.</summary>
internal static class ChildrenApi
{
    private const string Prefix = "/v1/children";

    public static void MapChildren(this IEndpointRouteBuilder api)
    {
        api.MapPaths("children").MapGet("", ListAsync).WithName("listChildren")
            .WithSummary("List the children of a node")
            .WithDescription("By name. With the cursor of the first page all pages come from one snapshot, for 60 "
                + "seconds on its instance; with after each page is current. The tag covers the list of all children; "
                + "an answer with include or to a cursor has none.")
            .Produces(StatusCodes.Status304NotModified).Refuses(404, 412, 429);
    }

    private static async Task<Results<Ok<ChildrenBody>, StatusCodeHttpResult, ProblemResult>> ListAsync(
        RequestContext request, ViewReader views, PinnedStates pins, [AsParameters] ViewQuery query,
        [AsParameters] PageQuery page)
    {
        var limit = page.Limit ?? ChildrenBody.DefaultLimit;
        if (limit is < 1 or > ChildrenBody.MaxLimit)
        {
            return Bad("limit", $"must be 1 to {ChildrenBody.MaxLimit}");
        }

        if (!InclusionText.TryParse(page.Include, out var include, out var problem))
        {
            return Bad("include", problem);
        }

        if (page is { Cursor: not null, After: not null })
        {
            return Bad("after", "goes not together with cursor; give one");
        }

        if (page.Cursor is { } cursor)
        {
            return Resume(request, pins, cursor, limit, include);
        }

        var answer = await views.ReadAsync(request, TagView.Children, Permissions.Read,
            isTagged: include == Inclusion.None);
        if (answer.Problem is { } failure)
        {
            return new ProblemResult(failure);
        }

        if (answer.IsNotModified)
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        var body = ChildrenBody.From(request.Path, answer.Node, page.After, limit, include,
            child => request.May(Permissions.Read, child));
        if (body.Next is { } last && page.After is null)
        {
            body = body with { Next = pins.Pin(answer.State, request.Path, last) };
        }

        return Answer(request, body, page.After is null ? "cursor" : "after", limit, include);
    }

    private static Results<Ok<ChildrenBody>, StatusCodeHttpResult, ProblemResult> Resume(RequestContext request,
        PinnedStates pins, string cursor, int limit, Inclusion include)
    {
        if (!pins.TryResume(cursor, request.Path, out var page))
        {
            return Bad("cursor", "is not one that a listing of this node gave");
        }

        if (page.State is not { } state)
        {
            return new ProblemResult(Problems.Of(ProblemCatalog.CursorExpired,
                "The snapshot of this listing is kept for "
                + "60 seconds, and by the instance that began it; begin the listing anew.", request.Path.Value));
        }

        if (state.LastZxid > request.State.LastZxid || request.State.IsLost(state.LastZxid))
        {
            return new ProblemResult(Problems.Of(ProblemCatalog.CursorExpired, "The snapshot of this listing was lost "
                + "with a part of the log; begin the listing anew.", request.Path.Value));
        }

        var response = request.Http.Response;
        response.SetZxid(state.LastZxid);
        if (state.Tree.Find(request.Path) is not { } node)
        {
            return new ProblemResult(Problems.NoNode(request.Path));
        }

        // Who was shut out since the listing began gets no more of it, though the pages are of the time before.
        var current = request.State.Tree.Find(request.Path);
        if (!request.May(Permissions.Read, node) || !MayStillRead(current))
        {
            return new ProblemResult(Problems.NoAuth(request.Path, "READ", request.Caller.IsAnonymous));
        }

        var body = ChildrenBody.From(request.Path, node, page.After, limit, include, child =>
            request.May(Permissions.Read, child) && MayStillRead(current?.Children.Find(child.Name)));
        body = body with { Next = body.Next is { } last ? PinnedStates.CursorOf(page.Id, last) : null };
        return Answer(request, body, "cursor", limit, include);

        bool MayStillRead(Znode? present) => present is null || request.May(Permissions.Read, present);
    }

    private static Ok<ChildrenBody> Answer(RequestContext request, ChildrenBody body, string parameter, int limit,
        Inclusion include)
    {
        if (body.Next is { } next)
        {
            var url = string.Create(CultureInfo.InvariantCulture,
                $"{RequestPath.UrlOf(Prefix, body.Path)}?limit={limit}&{parameter}={Uri.EscapeDataString(next)}");
            var included = IncludeText(include) is { } names ? "&include=" + names : "";
            var consistency = request.Http.Request.Query["consistency"] is [{ } asked] ? "&consistency=" + asked : "";
            request.Http.Response.Headers.Link = $"<{url}{included}{consistency}>; rel=\"next\"";
        }

        return TypedResults.Ok(body);
    }

    private static string? IncludeText(Inclusion include) => include switch
    {
        Inclusion.Stat => "stat",
        Inclusion.Data => "data",
        Inclusion.None => null,
        _ => "stat,data",
    };

    private static ProblemResult Bad(string field, string? problem) => new(Problems.BadArgument(field, problem!));
}
