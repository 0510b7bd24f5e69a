using System.Collections.Immutable;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core;

/// <summary>
/// What became of a request. It exists only once the log has made the request durable, save for the refusals that a
/// front end makes before the log; those carry <see cref="Zxid.None"/>.
/// </summary>
public sealed record ApplyResult
{
    /// <summary>The zxid of the request.</summary>
    public Zxid Zxid { get; internal set; }

    public ErrorCode Error { get; init; }

    /// <summary>A sentence for the caller about a failure: which limit, which rule, what to do.</summary>
    public string? Detail { get; init; }

    /// <summary>The node that was created or changed, with its suffix; of a failure, the node it is about.</summary>
    public string? Path { get; init; }

    /// <summary>The node after the change; of a failed precondition, as it is now, if the caller may read it.</summary>
    public Stat? Stat { get; init; }

    /// <summary>Whether the node of <see cref="Path"/> did not exist before.</summary>
    public bool Created { get; init; }

    /// <summary>The session that was opened or attached.</summary>
    public Session? Session { get; init; }

    /// <summary>Of a transaction, the result of each operation. Of a failed one: <see cref="ErrorCode.Ok"/> for those
    /// rolled back, then the failure, then <see cref="ErrorCode.RuntimeInconsistency"/> for those never
    /// tried.</summary>
    public ImmutableArray<ApplyResult> Operations { get; init; } = [];

    /// <summary>What watches are told of, in the order in which it happened. Empty for a failure.</summary>
    public ImmutableArray<Change> Changes { get; internal set; } = [];

    public bool Succeeded => Error == ErrorCode.Ok;

    /// <summary>A refusal before the log.</summary>
    public static ApplyResult Refused(ErrorCode error, string detail) => new() { Error = error, Detail = detail };
}
