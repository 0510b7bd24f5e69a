namespace WebCoord.Server.Contract;

/// <summary>Why a request failed and what to do: a problem document as in RFC 9457.</summary>
internal sealed record ProblemBody
{
    public const string ContentType = "application/problem+json";

    /// <summary><c>/problems/</c> and the code: a page that explains it.</summary>
    public required string Type { get; init; }

    /// <summary>The same for every problem of the code.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What went wrong this time, and what to do.</summary>
    public required string Detail { get; init; }

    /// <summary>What programs go by.</summary>
    public required string Code { get; init; }

    /// <summary>The node that it is about.</summary>
    public string? Path { get; init; }

    /// <summary>ZooKeeper's number, for failures that ZooKeeper knows.</summary>
    public int? ZkCode { get; init; }

    /// <summary>The zxid of the failed write; of a read, that of the state it was judged by.</summary>
    public string? Zxid { get; init; }

    /// <summary>After a failed precondition: what would have matched.</summary>
    public CurrentBody? Current { get; init; }

    /// <summary>For writes: <c>not-applied</c>, <c>applied</c> or <c>unknown</c>; others may come.</summary>
    public string? Outcome { get; init; }

    /// <summary>For an ended session: why and when.</summary>
    public SessionEndBody? SessionEnd { get; init; }

    /// <summary>For a transaction: what became of each operation.</summary>
    public IReadOnlyList<OperationResultBody>? Results { get; init; }

    /// <summary>Finds the request in logs and traces.</summary>
    public string? TraceId { get; init; }

    /// <summary>For bad arguments: sentences by the field, parameter or header they are about.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }
}

/// <summary>The version of the view that a precondition was about.</summary>
internal sealed record CurrentBody
{
    /// <summary>As the ETag header has it, quotes included; <c>"absent"</c> when there is no node.</summary>
    public required string Etag { get; init; }

    /// <summary>None when there is no node.</summary>
    public int? Version { get; init; }
}

/// <summary>How a session ended.</summary>
internal sealed record SessionEndBody
{
    /// <summary><c>closed</c>, <c>expired</c>, or <c>log-regressed</c>: the log lost a part of what was done in it.
    /// </summary>
    public required string Reason { get; init; }

    public required DateTimeOffset At { get; init; }
}
