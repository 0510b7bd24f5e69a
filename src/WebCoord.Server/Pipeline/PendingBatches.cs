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
    private readonly ConcurrentQueue<(Zxid Zxid, long Sequence)> _acknowledged = new();
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

    /// <summary>The log has acknowledged a batch.</summary>
    public void Acknowledged(long sequence, Zxid zxid) => _acknowledged.Enqueue((zxid, sequence));

    /// <summary>Completes batches that were acknowledged, and that the state has passed without their results: the
    /// entry was lost, or is covered by the snapshot that this instance went on from. Called by the Applier after it
    /// has completed those that it knows.</summary>
    public void AbandonPassed(Zxid applied)
    {
        while (_acknowledged.TryPeek(out var next) && next.Zxid <= applied)
        {
            _acknowledged.TryDequeue(out _);
            Refuse(Take(next.Sequence) ?? [], "What became of it was not seen by this instance; read before you repeat "
                + "it.");
        }
    }

    /// <summary>There is nobody any more to complete batches: whoever waits is told that the outcome is unknown, now
    /// and from here on.</summary>
    public void Close()
    {
        _closed = true;
        Abandon();
    }

    private void Abandon() => Refuse(_batches.Keys.SelectMany(sequence => Take(sequence) ?? []),
        "This instance failed; whether the write happened is not known.");

    private static void Refuse(IEnumerable<PendingRequest> requests, string why)
    {
        foreach (var request in requests)
        {
            request.Complete(ApplyResult.Refused(ErrorCode.OutcomeUnknown, why));
            request.Wake();
        }
    }
}
