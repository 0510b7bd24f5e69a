using System.Collections.Concurrent;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Batches between the Sequencer and the Applier, by append sequence. The Sequencer adds a batch BEFORE it appends,
/// because the Applier may read the entry before the append has returned; whoever takes a batch out completes it, so
/// every request gets exactly one result.
/// </summary>
internal sealed class PendingBatches
{
    private readonly ConcurrentDictionary<long, PendingRequest[]> _batches = new();

    public void Add(long sequence, PendingRequest[] batch) => _batches[sequence] = batch;

    /// <summary>Whatever is left, when there is nobody any more to complete it.</summary>
    public IEnumerable<PendingRequest> TakeAll() => _batches.Keys.SelectMany(sequence => Take(sequence) ?? []);

    /// <summary>Null when the other side has taken it.</summary>
    public PendingRequest[]? Take(long sequence) => _batches.TryRemove(sequence, out var batch) ? batch : null;
}
