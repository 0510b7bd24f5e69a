using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.TransactionLog.Tests;

/// <summary>What the tests of logs append and read back.</summary>
internal static class Puts
{
    /// <summary>How long a test waits for something that comes at once.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static ImmutableArray<Request> Batch(int count, int bytes = 10) =>
        [.. Enumerable.Range(0, count).Select(i => new Request(new Command.Put($"/n{i}", new byte[bytes])))];

    /// <summary>Appends batches of one request each, with the sequences that follow.</summary>
    public static async Task<List<LogEntry>> AppendAsync(this ITransactionLog log, int first, int count, int bytes = 10)
    {
        var entries = new List<LogEntry>();
        for (var i = 0; i < count; i++)
        {
            entries.Add(await log.AppendAsync(first + i, Batch(1, bytes), CancellationToken.None));
        }

        return entries;
    }

    /// <summary>Appends as one who goes by nothing.</summary>
    public static Task<LogEntry> AppendAsync(this ITransactionLog log, long sequence, ImmutableArray<Request> requests,
        CancellationToken cancellationToken) => log.AppendAsync(sequence, requests, null, cancellationToken);

    public static LogPosition Position(this LogEntry entry) => new(entry.LastZxid, entry.ChainHash);

    /// <summary>The next entries after a position.</summary>
    public static async Task<List<LogEntry>> TakeAsync(this ITransactionLog log, LogPosition after, int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        var entries = new List<LogEntry>();
        if (count > 0)
        {
            await foreach (var entry in log.ReadAsync(after, patience.Token))
            {
                entries.Add(entry);
                if (entries.Count == count)
                {
                    break;
                }
            }
        }

        return entries;
    }

    /// <summary>A state as it is after an entry, as far as a log looks at it.</summary>
    public static CoordinationState StateAt(LogEntry entry) =>
        CoordinationState.Initial with { LastZxid = entry.LastZxid, ChainHash = entry.ChainHash };

    /// <summary>Zxids, hashes and encoded requests: everything in which entries can differ.</summary>
    public static string Content(IEnumerable<LogEntry> entries) => string.Join('\n', entries.Select(entry =>
        $"{entry.FirstZxid}-{entry.LastZxid} {entry.TimestampMs} {entry.Incarnation}/{entry.Sequence} {entry.ChainHash}"
        + " " + Convert.ToHexString(CommandCodec.Encode(entry.Requests))));
}
