using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Snapshots;

namespace WebCoord.TransactionLog.InMemory;

/// <summary>A log that lives as long as its process: for tests, simulation and trying things out. Snapshots are kept
/// encoded, as they would be on disk.</summary>
/// <param name="start">The position that the first entry follows; by default the very beginning.</param>
public sealed class InMemoryTransactionLog(TimeProvider time, long incarnation, LogPosition? start = null)
    : ITransactionLog
{
    private readonly Lock _lock = new();
    private readonly LogTail _tail = new(start ?? LogPosition.Start, int.MaxValue, long.MaxValue);
    private readonly SortedList<Zxid, byte[]> _snapshots = [];
    private long _sequence;

    public LogDescription Description { get; } = new("memory", "memory", Durability.None);

    public LogPosition Head => _tail.Head;

    public int MaxAppendsInFlight => 1;

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<LogEntry> AppendAsync(long sequence, ImmutableArray<Request> requests, LogPosition? applied,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var batch = new Batch(sequence, requests);
        lock (_lock)
        {
            batch.TakeTurn(ref _sequence);
            var entry = batch.EntryAfter(_tail.Head, time.GetUtcNow().ToUnixTimeMilliseconds(), incarnation);
            _tail.Add(entry);
            return Task.FromResult(entry);
        }
    }

    public bool IsOwn(LogEntry entry) => entry.Incarnation == incarnation;

    public ValueTask<LogPosition> LookAsync(LogPosition? applied, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Head);

    public async IAsyncEnumerable<LogEntry> ReadAsync(LogPosition after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var version = _tail.Version;
            switch (_tail.Next(after, out var entry))
            {
                case TailAnswer.Entry:
                    yield return entry!;
                    after = new LogPosition(entry!.LastZxid, entry.ChainHash);
                    break;
                case TailAnswer.End:
                    await _tail.WaitAsync(version, cancellationToken);
                    break;
                case TailAnswer.Before:
                    throw Refusals.Trimmed(Description.Location, after, _tail.Base);
                default:
                    throw Refusals.Foreign(Description.Location, after);
            }
        }
    }

    public Task<bool> SaveSnapshotAsync(CoordinationState state, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        SnapshotCodec.Write(state, stream, cancellationToken);
        lock (_lock)
        {
            _snapshots[state.LastZxid] = stream.ToArray();
            while (_snapshots.Count > 2)
            {
                _snapshots.RemoveAt(0);
            }
        }

        return Task.FromResult(true);
    }

    public Task<CoordinationState?> LoadSnapshotAsync(ICollection<string> damaged, CancellationToken cancellationToken)
    {
        byte[]? newest;
        lock (_lock)
        {
            newest = _snapshots.Values.LastOrDefault();
        }

        if (newest is null)
        {
            return Task.FromResult<CoordinationState?>(null);
        }

        using var stream = new MemoryStream(newest);
        return Task.FromResult<CoordinationState?>(SnapshotCodec.Read(stream, null, cancellationToken));
    }

    public Task TrimAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_snapshots.Count == 2)
            {
                _tail.ForgetThrough(_snapshots.Keys[0]);
            }
        }

        return Task.CompletedTask;
    }

    public Task AcceptLossAsync(LossAcceptance acceptance, CoordinationState state,
        CancellationToken cancellationToken) => throw Refusals.NotLost(Description.Location);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
