using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>What a failed write was about, for its problem document.</summary>
/// <param name="View">The view whose version a precondition compared.</param>
/// <param name="State">A state from after the failure, to tell whether the node is there.</param>
/// <param name="IsAnonymous">Whether the caller came without credentials and may try again with them.</param>
/// <param name="CreateOnly">Whether the request said that the node must not exist.</param>
internal readonly record struct WriteContext(TagView View, CoordinationState State, bool IsAnonymous, bool CreateOnly);

/// <summary>Makes problem documents. The front end adds the trace id, and HTTP headers by the kind's data.</summary>
internal static class Problems
{
    private const string NotApplied = "not-applied";

    /// <summary>Most errors that one problem document tells.</summary>
    private const int MaxErrors = 20;

    /// <summary>A failure that is not about a write, or came before it.</summary>
    public static ProblemBody Of(ProblemKind kind, string detail, string? path = null) => new()
    {
        Type = kind.Type,
        Title = kind.Title,
        Status = kind.Status,
        Detail = detail,
        Code = kind.Code,
        Path = path,
        ZkCode = kind.ZkCode,
    };

    /// <summary>Something in the request is malformed.</summary>
    /// <param name="field">A field such as <c>operations[2].path</c>, a query parameter, or a header.</param>
    public static ProblemBody BadArgument(string field, string problem, string? path = null) =>
        BadArguments(ImmutableSortedDictionary<string, IReadOnlyList<string>>.Empty.Add(field, [problem]), path);

    /// <summary>Several things in the request are malformed; the first <see cref="MaxErrors"/> are told.</summary>
    public static ProblemBody BadArguments(IReadOnlyDictionary<string, IReadOnlyList<string>> errors,
        string? path = null)
    {
        var all = errors.SelectMany(field => field.Value.Select(problem => (Field: field.Key, Problem: problem)))
            .ToList();
        var told = all.Take(MaxErrors).ToList();
        var sentences = string.Join("; ", told.Select(error => $"{error.Field}: {error.Problem}"));
        var more = all.Count > told.Count ? $"; and {all.Count - told.Count} more" : "";
        return Of(ProblemCatalog.BadArguments, sentences + more + ".", path) with
        {
            Errors = told.GroupBy(error => error.Field, error => error.Problem, StringComparer.Ordinal)
                .ToImmutableSortedDictionary(field => field.Key, field => (IReadOnlyList<string>)[.. field],
                    StringComparer.Ordinal),
        };
    }

    public static ProblemBody NoNode(ZnodePath path) =>
        Of(ProblemCatalog.NoNode, $"There is no node {path}.", path.Value);

    /// <param name="permission">Such as READ.</param>
    public static ProblemBody NoAuth(ZnodePath path, string permission, bool isAnonymous) => AskForCredentials(
        Of(ProblemCatalog.NoAuth, $"The ACL of {path} does not grant {permission} to this caller.", path.Value),
        isAnonymous);

    /// <summary>A failure of the core that came before any write.</summary>
    public static ProblemBody Of(ErrorCode error, string? detail, string? path = null)
    {
        var kind = ProblemCatalog.Of(error);
        return Of(kind, detail ?? kind.Meaning, path);
    }

    /// <summary>A session that ended, if it is still remembered, or never was.</summary>
    public static ProblemBody SessionExpired(SessionId session, CoordinationState state)
    {
        if (!state.Sessions.Ended.TryGetValue(session, out var end))
        {
            return Of(ProblemCatalog.SessionExpired, state.WhyEnded(session) == SessionEndReason.LogRegressed
                ? $"The session {session} was opened in a part of the log that was lost; open a new one."
                : $"There is no session {session}; open a new one.");
        }

        var (reason, told) = end.Reason switch
        {
            SessionEndReason.Closed => ("closed", "was closed by its client"),
            SessionEndReason.LogRegressed =>
                ("log-regressed", "was ended, because the log lost a part of what it did,"),
            _ => ("expired", "expired, because its client was not heard of in time,"),
        };
        return Of(ProblemCatalog.SessionExpired,
            $"The session {session} {told} at {TimeConverter.ToText(end.AtMs)}; its ephemeral nodes are gone. Open a "
            + "new session.") with
        {
            SessionEnd = new SessionEndBody { Reason = reason, At = DateTimeOffset.FromUnixTimeMilliseconds(end.AtMs) },
        };
    }

    /// <summary>The session may have ended unheard of.</summary>
    public static ProblemBody NotVouchedFor(SessionId session) => Of(ProblemCatalog.LogUnavailable,
        $"This instance has not reached the log for so long that it cannot vouch for the session {session}. Turn to "
        + "another instance, or try again.");

    /// <summary>A write or transaction that failed.</summary>
    public static ProblemBody From(ApplyResult result, WriteContext context)
    {
        var kind = ProblemCatalog.Of(result.Error);
        var detail = result.Error == ErrorCode.InternalError ? null : result.Detail;
        var problem = Of(kind, detail ?? kind.Meaning, result.Path) with
        {
            Zxid = result.Zxid == Zxid.None ? null : result.Zxid.ToString(),
            Outcome = result.Error == ErrorCode.OutcomeUnknown ? "unknown" : NotApplied,
        };
        return result.Error switch
        {
            ErrorCode.NoAuth => AskForCredentials(problem, context.IsAnonymous),
            ErrorCode.BadVersion => problem with { Current = CurrentOf(result, context) },
            ErrorCode.NodeExists when context.CreateOnly =>
                problem with { Status = 412, Current = CurrentOf(result, context) },
            _ => problem,
        };
    }

    /// <summary>A body without a node's stat: who may not read the node learns no more than that.</summary>
    private static CurrentBody? CurrentOf(ApplyResult result, WriteContext context)
    {
        if (result.Stat is { } stat)
        {
            var tag = EntityTag.Of(context.View, stat);
            return new CurrentBody { Etag = tag.ToString(), Version = tag.Version };
        }

        return result.Path is { } path && context.State.Tree.Find(path.AsSpan()) is null
            ? new CurrentBody { Etag = EntityTag.Absent.ToString() }
            : null;
    }

    private static ProblemBody AskForCredentials(ProblemBody problem, bool isAnonymous) => !isAnonymous
        ? problem
        : problem with { Status = 401, Detail = problem.Detail + " Try with 'Authorization: Basic'." };
}
