using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Rest;

/// <summary>Sends commands on their way and tells how they fared.</summary>
internal sealed class NodeWrites(Sequencer sequencer, Applier applier)
{
    public async Task<ApplyResult> SubmitAsync(RequestContext request, Command command)
    {
        WriteOutcome.NoteSubmitted(request.Http);
        var result = await sequencer.SubmitAsync(
            new Request(command) { Session = request.Session, Identities = request.Caller.Identities },
            request.Http.RequestAborted);
        WriteOutcome.NoteResult(request.Http, result);
        request.Http.Response.SetZxid(result.Zxid == Zxid.None ? applier.State.LastZxid : result.Zxid);
        return result;
    }

    /// <summary>The problem of a write that failed.</summary>
    /// <param name="view">What its precondition was about.</param>
    /// <param name="createOnly">Whether it said that the node must not exist.</param>
    public ProblemBody Failure(RequestContext request, ApplyResult result, TagView view, bool createOnly) =>
        result.Error == ErrorCode.SessionExpired
            ? Problems.SessionExpired(request.Session, applier.State)
            : Problems.From(result, new WriteContext(view, applier.State, request.Caller.IsAnonymous, createOnly));

    /// <summary>Creates a node.</summary>
    /// <param name="raw">The data, if it did not come in the body.</param>
    public async Task<(ApplyResult? Result, ProblemBody? Problem)> CreateAsync(RequestContext request,
        CreateNodeBody body, ReadOnlyMemory<byte>? raw = null)
    {
        if (!WriteConditions.TryReadForCreate(request.Http.Request, out var createOnly, out var problem))
        {
            return (null, problem);
        }

        if (body.Mode?.Kind() == NodeKind.Ephemeral && request.Session == SessionId.None)
        {
            return (null, Problems.BadArgument(WebCoordHeaders.Session,
                "is missing; an ephemeral node belongs to a session, whose token this header has", request.PathText));
        }

        var translation = RequestTranslation.Create(request.PathText, body);
        if (!translation.Succeeded)
        {
            return (null, Problems.BadArguments(translation.Errors, request.PathText));
        }

        var command = raw is null ? translation.Command : (Command.Create)translation.Command with { Data = raw };
        return await WriteAsync(request, command, TagView.Data, createOnly);
    }

    /// <summary>Sets a node's data, or creates the node.</summary>
    public async Task<(ApplyResult? Result, ProblemBody? Problem)> PutAsync(RequestContext request, PutNodeBody body,
        bool createParents)
    {
        if (!WriteConditions.TryRead(request, TagView.Data, out var precondition, out var problem))
        {
            return (null, problem);
        }

        var translation = RequestTranslation.Put(request.Path.Value, body, precondition, createParents);
        return translation.Succeeded
            ? await WriteAsync(request, translation.Command, TagView.Data, IsCreateOnly(precondition))
            : (null, Problems.BadArguments(translation.Errors, request.PathText));
    }

    /// <summary>Sets a node's data to these bytes, or creates the node.</summary>
    public async Task<(ApplyResult? Result, ProblemBody? Problem)> PutAsync(RequestContext request, byte[] data,
        bool createParents)
    {
        if (!WriteConditions.TryRead(request, TagView.Data, out var precondition, out var problem))
        {
            return (null, problem);
        }

        var command = new Command.Put(request.Path.Value, data, precondition, createParents);
        return await WriteAsync(request, command, TagView.Data, IsCreateOnly(precondition));
    }

    /// <summary>Deletes a node, with all below it if that is wanted; null when it is done.</summary>
    public async Task<ProblemBody?> DeleteAsync(RequestContext request, bool recursive)
    {
        if (!WriteConditions.TryRead(request, TagView.Data, out var precondition, out var problem))
        {
            return problem;
        }

        var translation = RequestTranslation.Delete(request.Path.Value, precondition, recursive);
        return translation.Succeeded
            ? (await WriteAsync(request, translation.Command, TagView.Data, IsCreateOnly(precondition))).Problem
            : Problems.BadArguments(translation.Errors, request.PathText);
    }

    /// <summary>Sets a node's ACL.</summary>
    public async Task<(ApplyResult? Result, ProblemBody? Problem)> SetAclAsync(RequestContext request, PutAclBody body)
    {
        if (!WriteConditions.TryRead(request, TagView.Acl, out var precondition, out var problem))
        {
            return (null, problem);
        }

        var translation = RequestTranslation.SetAcl(request.Path.Value, body, precondition);
        return translation.Succeeded
            ? await WriteAsync(request, translation.Command, TagView.Acl, IsCreateOnly(precondition))
            : (null, Problems.BadArguments(translation.Errors, request.PathText));
    }

    /// <summary>The answer to a create or put that succeeded.</summary>
    public static WrittenNodeBody Written(RequestContext request, ApplyResult result, string prefix)
    {
        var body = WrittenNodeBody.From(result);
        var headers = request.Http.Response.Headers;
        headers.ETag = body.Etag;
        if (result.Created)
        {
            headers.Location = RequestPath.UrlOf(prefix, body.Path);
        }

        return body;
    }

    private static bool IsCreateOnly(Precondition precondition) => precondition.Kind == PreconditionKind.Absent;

    private async Task<(ApplyResult? Result, ProblemBody? Problem)> WriteAsync(RequestContext request, Command command,
        TagView view, bool createOnly)
    {
        var result = await SubmitAsync(request, command);
        return result.Succeeded ? (result, null) : (null, Failure(request, result, view, createOnly));
    }
}
