using Microsoft.AspNetCore.Mvc;

namespace WebCoord.Server.Rest;

/// <summary>What every read takes.</summary>
internal record ReadQuery
{
    /// <summary>A session's token: the call is part of the session and keeps it alive.</summary>
    [FromHeader(Name = WebCoordHeaders.Session)]
    public string? Session { get; init; }

    /// <summary>A decimal zxid: the answer is from a state that has it. At most 5 seconds are waited for it.</summary>
    [FromHeader(Name = WebCoordHeaders.MinZxid)]
    public string? MinZxid { get; init; }

    /// <summary>linearizable (the default): sees every write acknowledged before; local: answers from what this
    /// instance has, also while it cannot reach the log.</summary>
    [FromQuery(Name = "consistency")]
    public string? Consistency { get; init; }
}

/// <summary>What a read of one view takes that has an entity tag.</summary>
internal sealed record ViewQuery : ReadQuery
{
    /// <summary>Tags of which one must be the present one, or *: else 412.</summary>
    [FromHeader(Name = "If-Match")]
    public string? IfMatch { get; init; }

    /// <summary>Tags that the caller has: 304 if one is still right.</summary>
    [FromHeader(Name = "If-None-Match")]
    public string? IfNoneMatch { get; init; }

    /// <summary>With If-None-Match: how long to wait for a change, such as 30s or 500ms; at most 120s. The header
    /// Prefer: wait=30 does the same.</summary>
    [FromQuery(Name = "wait")]
    public string? Wait { get; init; }

    /// <summary>wait=30 makes it a long poll of at most so many seconds, and is told in Preference-Applied.</summary>
    [FromHeader(Name = "Prefer")]
    public string? Prefer { get; init; }
}

/// <summary>What every write takes.</summary>
internal record WriteQuery
{
    /// <summary>A session's token: the call is part of the session and keeps it alive.</summary>
    [FromHeader(Name = WebCoordHeaders.Session)]
    public string? Session { get; init; }

    /// <summary>A decimal zxid: the write is judged by a state that has it. At most 5 seconds are waited for it.
    /// </summary>
    [FromHeader(Name = WebCoordHeaders.MinZxid)]
    public string? MinZxid { get; init; }

    /// <summary>Changes nothing for the write itself, which is always linearizable.</summary>
    [FromQuery(Name = "consistency")]
    public string? Consistency { get; init; }
}

/// <summary>What a write takes that can be made conditional.</summary>
internal sealed record ConditionalWriteQuery : WriteQuery
{
    /// <summary>A tag that must be the present one, * for any node that exists, or "absent" for none.</summary>
    [FromHeader(Name = "If-Match")]
    public string? IfMatch { get; init; }

    /// <summary>* to create only.</summary>
    [FromHeader(Name = "If-None-Match")]
    public string? IfNoneMatch { get; init; }

    /// <summary>The version that the node must have; -1 for any.</summary>
    [FromQuery(Name = "version")]
    public int? Version { get; init; }
}

/// <summary>What a create takes beside its body.</summary>
internal sealed record CreateQuery : WriteQuery
{
    /// <summary>"absent" says the same as If-None-Match: *.</summary>
    [FromHeader(Name = "If-Match")]
    public string? IfMatch { get; init; }

    /// <summary>* makes it a 412 instead of a 409 when the node exists.</summary>
    [FromHeader(Name = "If-None-Match")]
    public string? IfNoneMatch { get; init; }
}

/// <summary>Which page of a listing, and what it shows.</summary>
internal sealed record PageQuery
{
    /// <summary>Most children of the page: 1 to 10,000; 100 unless said otherwise. A page of large children has fewer.
    /// </summary>
    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    /// <summary>The page after this name, as things are now; the empty name for the first such page.</summary>
    [FromQuery(Name = "after")]
    public string? After { get; init; }

    /// <summary>What next of the page before was: goes on in the same snapshot.</summary>
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    /// <summary>stat, data, or both with a comma between.</summary>
    [FromQuery(Name = "include")]
    public string? Include { get; init; }
}
