using System.Collections.Concurrent;
using WebCoord.Core;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Batches between the Sequencer and the Applier, by append sequence. The Sequencer adds a batch BEFORE it appends,
/// because the Applier may read the entry before the append has returned; whoever takes a batch out completes it, so
/// every request gets exactly one result.
/// </summary>
internal sealed class PendingBatches
{
    private readonly ConcurrentDictionary<long, PendingRequest[]> _batches = new();
    private volatile bool _closed;

    public void Add(long sequence, PendingRequest[] batch)
    {
        _batches[sequence] = batch;
        if (_closed)
        {
            Abandon();
        }
    }

    /// <summary>Null when the other side has taken it.</summary>
    public PendingRequest[]? Take(long sequence) => _batches.TryRemove(sequence, out var batch) ? batch : null;

    /// <summary>There is nobody any more to complete batches: whoever waits is told that the outcome is unknown, now
    /// and from here on.</summary>
    public void Close()
    {
        _closed = true;
        Abandon();
    }

    private void Abandon()
    {
        foreach (var request in _batches.Keys.SelectMany(sequence => Take(sequence) ?? []))
        {
            request.Complete(ApplyResult.Refused(ErrorCode.OutcomeUnknown,
                "This instance failed; whether the write happened is not known."));
            request.Wake();
        }
    }
}
