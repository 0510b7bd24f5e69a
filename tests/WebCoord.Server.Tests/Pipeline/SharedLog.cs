using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.Pipeline;

/// <summary>One instance's view of a <see cref="SharedStore"/>. A test can cut it off, keep it from reading, and hold
/// its answers.</summary>
internal sealed class SharedLog(SharedStore store, long incarnation) : ITransactionLog
{
    private readonly Lock _readingGate = new();
    private TaskCompletionSource? _reading;
    private volatile TaskCompletionSource? _answering;
    private volatile LogUnavailableException? _failure;
    private volatile LogRefusedException? _refusal;
    private volatile bool _refusesWrites;
    private int _looks;
    private int _refused;
    private int _underWay;

    public LogDescription Description { get; } = new("redis", "simulated", Durability.Fsync, IsShared: true);

    public LogPosition Head => store.Head;

    public int MaxAppendsInFlight => 4;

    /// <summary>Looks at the head that were begun.</summary>
    public int Looks => Volatile.Read(ref _looks);

    /// <summary>Snapshots that were asked for and refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>The most appends that were ever under way at once.</summary>
    public int MostUnderWay { get; private set; }

    /// <summary>Entries are appended, but their answers are kept back until <see cref="Answer"/>; so are
    /// looks.</summary>
    public void HoldAnswers() => _answering = Gate();

    public void Answer()
    {
        _answering!.SetResult();
        _answering = null;
    }

    /// <summary>From here on this instance gets no more entries to read, until <see cref="Read"/>.</summary>
    public void HoldReading()
    {
        lock (_readingGate)
        {
            _reading = Gate();
        }
    }

    public void Read()
    {
        lock (_readingGate)
        {
            _reading!.SetResult();
            _reading = null;
        }
    }

    /// <summary>Whether it takes no appends, while all else goes on.</summary>
    public bool RefusesWrites
    {
        get => _refusesWrites;
        set => _refusesWrites = value;
    }

    /// <summary>What every call fails with from here on; null for none.</summary>
    public void FailWith(LogUnavailableException? failure) => _failure = failure;

    /// <summary>Why there is no snapshot that can be read from here on; null if there is.</summary>
    public void RefuseSnapshots(LogRefusedException? refusal) => _refusal = refusal;

    public Task OpenAsync(CancellationToken cancellationToken) => _failure is { } failure
        ? Task.FromException(failure)
        : Task.CompletedTask;

    public async Task<LogEntry> AppendAsync(long sequence, ImmutableArray<Request> requests, LogPosition? applied,
        CancellationToken cancellationToken)
    {
        ThrowIfFailing();
        if (applied is { } position && !store.Has(position))
        {
            throw new LogRegressedException("the state is not of this log");
        }

        if (_refusesWrites)
        {
            throw new LogUnavailableException("It is full.", outcomeKnown: true) { RefusesWrites = true };
        }

        MostUnderWay = Math.Max(MostUnderWay, Interlocked.Increment(ref _underWay));
        var entry = store.Append(incarnation, sequence, requests);
        await (_answering?.Task ?? Task.CompletedTask);
        Interlocked.Decrement(ref _underWay);
        ThrowIfFailing();
        return entry;
    }

    public bool IsOwn(LogEntry entry) => entry.Incarnation == incarnation;

    public async ValueTask<LogPosition> LookAsync(LogPosition? applied, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _looks);
        ThrowIfFailing();
        var head = store.Head;
        if (applied is { } position && !store.Has(position))
        {
            throw new LogUnavailableException("The state is not of this log.", outcomeKnown: true);
        }

        await (_answering?.Task ?? Task.CompletedTask);
        return head;
    }

    public async IAsyncEnumerable<LogEntry> ReadAsync(LogPosition after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var (next, wait) = Next(after);
            if (next is not null)
            {
                yield return next;
                after = LogPosition.Of(next);
            }
            else
            {
                await wait.WaitAsync(cancellationToken);
            }
        }
    }

    public Task<bool> SaveSnapshotAsync(CoordinationState state, CancellationToken cancellationToken) =>
        Task.FromResult(false);

    public Task<CoordinationState?> LoadSnapshotAsync(ICollection<string> damaged,
        CancellationToken cancellationToken)
    {
        if (_refusal is { } refusal)
        {
            Interlocked.Increment(ref _refused);
            throw refusal;
        }

        return Task.FromResult(store.Snapshot);
    }

    public Task TrimAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task AcceptLossAsync(LossAcceptance acceptance, CoordinationState state,
        CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The next entry; or none, and what to wait for.</summary>
    private (LogEntry? Entry, Task Wait) Next(LogPosition after)
    {
        lock (_readingGate)
        {
            var changed = store.Changed;
            return _reading is { } held ? (null, held.Task) : (store.After(after), changed);
        }
    }

    private static TaskCompletionSource Gate() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void ThrowIfFailing()
    {
        if (_failure is { } failure)
        {
            throw failure;
        }
    }
}
