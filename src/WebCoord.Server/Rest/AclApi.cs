using Microsoft.AspNetCore.Http.HttpResults;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary><c>/v1/acl/{path}</c>: who may do what with a node.</summary>
internal static class AclApi
{
    private static readonly BodyLimit Limit = new(1 << 20, "an ACL");

    public static void MapAcl(this IEndpointRouteBuilder api)
    {
        var acl = api.MapPaths("acl");
        acl.MapGet("", GetAsync).WithName("getAcl").WithSummary("Read the ACL of a node")
            .WithDescription("Needs READ or ADMIN. Without ADMIN password hashes are shown as x.")
            .Produces(StatusCodes.Status304NotModified).Refuses(404, 412, 429);
        acl.MapPut("", PutAsync).WithName("putAcl").WithSummary("Set the ACL of a node")
            .WithDescription("Needs ADMIN. Conditions are about the ACL: its tag, or as version its aversion. "
                + "Children do not inherit ACLs.")
            .Accepts<PutAclBody>("application/json").RefusesWrites(404, 408, 415, 422);
    }

    private static async Task<Results<Ok<AclBody>, StatusCodeHttpResult, ProblemResult>> GetAsync(
        RequestContext request,
        ViewReader views, [AsParameters] ViewQuery query)
    {
        // What is masked depends on who asks.
        request.Http.Response.Headers.Vary = "Authorization";
        var answer = await views.ReadAsync(request, TagView.Acl, Permissions.Read | Permissions.Admin, isTagged: true);
        if (answer.Problem is { } problem)
        {
            return new ProblemResult(problem);
        }

        return answer.IsNotModified
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(AclBody.From(request.Path, Visible(request, answer.Node), answer.Node.Stat));
    }

    private static async Task<Results<Ok<AclBody>, ProblemResult>> PutAsync(RequestContext request, NodeWrites writes,
        [AsParameters] ConditionalWriteQuery query)
    {
        var (body, problem) = await RequestBody.ReadJsonAsync<PutAclBody>(request, Limit);
        if (body is null)
        {
            return new ProblemResult(problem!);
        }

        var (result, failure) = await writes.SetAclAsync(request, body);
        if (result is not { Stat: { } stat })
        {
            return new ProblemResult(failure!);
        }

        // What was stored is what the state machine made of the body: the same function, the same caller.
        var sent = new Acl([.. body.Acl!.Select(entry => entry.ToEntry())]);
        var stored = AclSchemes.Expand(sent, request.Caller.Identities, out _) ?? sent;
        var answer = AclBody.From(request.Path, stored, stat);
        request.Http.Response.Headers.ETag = answer.Etag;
        return TypedResults.Ok(answer);
    }

    private static Acl Visible(RequestContext request, Znode node) =>
        request.May(Permissions.Admin, node) ? node.Acl : AclSchemes.Masked(node.Acl);
}
