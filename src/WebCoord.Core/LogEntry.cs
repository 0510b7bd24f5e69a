using System.Collections.Immutable;
using WebCoord.Core.Commands;

namespace WebCoord.Core;

/// <summary>
/// A batch of requests in its place in the log. Request i of n has the zxid <c>LastZxid - n + 1 + i</c>; all are of one
/// epoch.
/// </summary>
public sealed record LogEntry
{
    /// <summary>The zxid of the last request.</summary>
    public required Zxid LastZxid { get; init; }

    /// <summary>Wall time that the log gave the entry, ms since 1970; it may jump either way.</summary>
    public required long TimestampMs { get; init; }

    /// <summary>The process that appended the entry: random per start.</summary>
    public required long Incarnation { get; init; }

    /// <summary>Counts the appends of that process, from 1.</summary>
    public required long Sequence { get; init; }

    /// <summary>Hash over the previous entry's hash and this entry: see <see cref="Commands.ChainHash"/>.</summary>
    public required string ChainHash { get; init; }

    public required ImmutableArray<Request> Requests { get; init; }

    /// <summary>Bytes of the encoded requests, as the log holds them; 0 when the entry is not from a log.</summary>
    public int PayloadBytes { get; init; }

    /// <summary>The zxid of the first request.</summary>
    public Zxid FirstZxid => new(LastZxid.Value - Requests.Length + 1);
}
