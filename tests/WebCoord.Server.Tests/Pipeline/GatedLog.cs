using System.Collections.Concurrent;
using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog;
using WebCoord.TransactionLog.InMemory;

namespace WebCoord.Server.Tests.Pipeline;

/// <summary>A real log with a gate before its appends: a test can hold them, and make them fail. It counts the turns of
/// the log behind it by itself, because an append that fails at the gate never gets there, and a restarted instance
/// counts from 1 again.</summary>
internal sealed class GatedLog(ITransactionLog inner) : ITransactionLog
{
    private readonly ConcurrentDictionary<long, long> _sequences = new();
    private volatile TaskCompletionSource? _gate;
    private Exception? _failure;
    private int _appends;
    private long _turn;

    public static GatedLog InMemory() => new(new InMemoryTransactionLog(TimeProvider.System, incarnation: 0));

    /// <summary>Whose entries they are; set to the instance under test, so that it knows its own.</summary>
    public long Incarnation { get; set; }

    /// <summary>Appends that came as far as the gate.</summary>
    public int Appends => Volatile.Read(ref _appends);

    public LogDescription Description => inner.Description;

    public LogPosition Head => inner.Head;

    public int MaxAppendsInFlight => inner.MaxAppendsInFlight;

    /// <summary>From here on appends wait, until <see cref="Open"/>.</summary>
    public void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open()
    {
        _gate?.SetResult();
        _gate = null;
    }

    /// <summary>What appends throw from here on; null lets them through.</summary>
    public void FailWith(Exception? failure) => Volatile.Write(ref _failure, failure);

    public Task OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public async Task<LogEntry> AppendAsync(long sequence, ImmutableArray<Request> requests,
        CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _appends);
        await (_gate?.Task ?? Task.CompletedTask).WaitAsync(cancellationToken);
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw failure;
        }

        _sequences[++_turn] = sequence;
        var entry = await inner.AppendAsync(_turn, requests, cancellationToken);
        return entry with { Sequence = sequence };
    }

    public bool IsOwn(LogEntry entry) => entry.Incarnation == Incarnation;

    public ValueTask<LogPosition> LookAsync(CancellationToken cancellationToken) => inner.LookAsync(cancellationToken);

    public async IAsyncEnumerable<LogEntry> ReadAsync(LogPosition after,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in inner.ReadAsync(after, cancellationToken))
        {
            yield return entry with { Incarnation = Incarnation, Sequence = _sequences[entry.Sequence] };
        }
    }

    public Task SaveSnapshotAsync(CoordinationState state, CancellationToken cancellationToken) =>
        inner.SaveSnapshotAsync(state, cancellationToken);

    public Task<CoordinationState?> LoadSnapshotAsync(ICollection<string> damaged,
        CancellationToken cancellationToken) =>
        inner.LoadSnapshotAsync(damaged, cancellationToken);

    public Task TrimAsync(CancellationToken cancellationToken) => inner.TrimAsync(cancellationToken);

    public Task AcceptLossAsync(LossAcceptance acceptance, CoordinationState state,
        CancellationToken cancellationToken) => inner.AcceptLossAsync(acceptance, state, cancellationToken);

    /// <summary>The log outlives the instance under test, so that another can be started on it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
