using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog;
using WebCoord.TransactionLog.InMemory;

namespace WebCoord.Server.Tests.Pipeline;

/// <summary>A real log with gates before its appends, its looks and its entries: a test can hold each, make appends and
/// looks fail, write as another instance would, and let the log lose its end. It counts the turns of the log behind it
/// by itself, because an append that fails at the gate never gets there, and a restarted instance counts from 1 again.
/// </summary>
[SuppressMessage("Usage", "CA2213", Justification = "It outlives the instance under test.")]
internal sealed class GatedLog(ITransactionLog inner) : ITransactionLog
{
    /// <summary>Who writes as another instance.</summary>
    private const long Other = 99;

    private readonly SemaphoreSlim _order = new(1);
    private readonly Gate _appendGate = new();
    private readonly Gate _lookGate = new();
    private readonly Gate _readGate = new();
    private ITransactionLog _inner = inner;
    private ConcurrentDictionary<long, long> _sequences = new();
    private CancellationTokenSource _regression = new();

    /// <summary>After a loss: the position that is the end of what was kept, and the one that the log behind gives it,
    /// from which a new epoch follows.</summary>
    private (LogPosition Kept, LogPosition Behind)? _bend;
    private int _appends;
    private int _looks;
    private long _turn;

    public static GatedLog InMemory() => new(new InMemoryTransactionLog(TimeProvider.System, incarnation: 0));

    /// <summary>One that other instances may use, too.</summary>
    public static GatedLog Shared() => new(new InMemoryTransactionLog(TimeProvider.System, incarnation: 0))
    {
        IsShared = true,
    };

    /// <summary>Whose entries they are; set to the instance under test, so that it knows its own.</summary>
    public long Incarnation { get; set; }

    public bool IsShared { get; init; }

    /// <summary>Appends that came as far as the gate.</summary>
    public int Appends => Volatile.Read(ref _appends);

    /// <summary>Looks that came as far as the gate.</summary>
    public int Looks => Volatile.Read(ref _looks);

    /// <summary>What the loss of the log was accepted with; null while it was not.</summary>
    public LossAcceptance? Accepted { get; private set; }

    public LogDescription Description => _inner.Description with { IsShared = IsShared };

    public LogPosition Head => _bend is { } bend && _inner.Head == bend.Behind ? bend.Kept : _inner.Head;

    public int MaxAppendsInFlight => _inner.MaxAppendsInFlight;

    /// <summary>Told of looks that were answered or failed, as a log in Redis tells.</summary>
    public ILogObserver? Observer { get; set; }

    /// <summary>From here on appends wait, until <see cref="Open"/>.</summary>
    public void Close() => _appendGate.Close();

    public void Open() => _appendGate.Open();

    /// <summary>From here on looks wait, until <see cref="OpenLooks"/>.</summary>
    public void CloseLooks() => _lookGate.Close();

    public void OpenLooks() => _lookGate.Open();

    /// <summary>From here on entries that are in the log are not seen, until <see cref="OpenReads"/>.</summary>
    public void CloseReads() => _readGate.Close();

    public void OpenReads() => _readGate.Open();

    /// <summary>Holds nobody any more: an instance must be able to stop, also when a test has failed.</summary>
    public void OpenAll()
    {
        Open();
        OpenLooks();
        OpenReads();
    }

    /// <summary>What appends throw from here on; null lets them through.</summary>
    public void FailWith(Exception? failure) => _appendGate.Failure = failure;

    /// <summary>What looks throw from here on; null lets them through.</summary>
    public void FailLooksWith(Exception? failure) => _lookGate.Failure = failure;

    /// <summary>The log is gone: neither appends nor looks are answered.</summary>
    public void CutOff(string why = "the log was cut off", bool isLost = false)
    {
        var failure = new LogUnavailableException(why, outcomeKnown: true) { IsLost = isLost };
        FailWith(failure);
        FailLooksWith(failure);
        Observer?.Failed(failure);
    }

    /// <summary>The log is there again.</summary>
    public void Reconnect()
    {
        FailWith(null);
        FailLooksWith(null);
        Observer?.Contacted(TimeProvider.System.GetTimestamp(), Zxid.None);
    }

    /// <summary>Appends as another instance does.</summary>
    public Task<LogEntry> AppendAsOtherAsync(Command command) => AppendAsync([new Request(command)], sequence: 0);

    /// <summary>The log forgets all that came after a state, and goes on in a new epoch.</summary>
    public async Task RegressAsync(CoordinationState kept)
    {
        var behind = new LogPosition(Zxid.Create(kept.LastZxid.Epoch, uint.MaxValue), kept.ChainHash);
        var log = new InMemoryTransactionLog(TimeProvider.System, incarnation: 0, behind);
        await log.SaveSnapshotAsync(kept, CancellationToken.None);
        _bend = (new LogPosition(kept.LastZxid, kept.ChainHash), behind);
        _sequences = new ConcurrentDictionary<long, long>();
        _turn = 0;
        _inner = log;
        await Interlocked.Exchange(ref _regression, new CancellationTokenSource()).CancelAsync();
    }

    public Task OpenAsync(CancellationToken cancellationToken) => _inner.OpenAsync(cancellationToken);

    public async Task<LogEntry> AppendAsync(long sequence, ImmutableArray<Request> requests, LogPosition? applied,
        CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _appends);
        await _appendGate.PassAsync(cancellationToken);
        return await AppendAsync(requests, sequence);
    }

    public bool IsOwn(LogEntry entry) => entry.Incarnation == Incarnation;

    public async ValueTask<LogPosition> LookAsync(LogPosition? applied, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _looks);
        var asked = TimeProvider.System.GetTimestamp();
        await _lookGate.PassAsync(cancellationToken);
        Observer?.Contacted(asked, Zxid.None);
        return Head;
    }

    public async IAsyncEnumerable<LogEntry> ReadAsync(LogPosition after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var regression = Volatile.Read(ref _regression).Token;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, regression);
        var sequences = _sequences;
        var from = _bend is { } bend && after == bend.Kept ? bend.Behind : after;
        await using var entries = _inner.ReadAsync(from, end.Token).GetAsyncEnumerator(end.Token);
        while (await NextAsync(entries, end.Token, cancellationToken))
        {
            var entry = entries.Current;
            var sequence = sequences[entry.Sequence];
            yield return entry with { Incarnation = sequence == 0 ? Other : Incarnation, Sequence = sequence };
        }
    }

    public Task<bool> SaveSnapshotAsync(CoordinationState state, CancellationToken cancellationToken) =>
        _inner.SaveSnapshotAsync(state, cancellationToken);

    public Task<CoordinationState?> LoadSnapshotAsync(ICollection<string> damaged,
        CancellationToken cancellationToken) =>
        _inner.LoadSnapshotAsync(damaged, cancellationToken);

    public Task TrimAsync(CancellationToken cancellationToken) => _inner.TrimAsync(cancellationToken);

    public async Task AcceptLossAsync(LossAcceptance acceptance, CoordinationState state,
        CancellationToken cancellationToken)
    {
        if (_appendGate.Failure is not LogUnavailableException { IsLost: true })
        {
            await _inner.AcceptLossAsync(acceptance, state, cancellationToken);
        }

        Accepted = acceptance;
        Reconnect();
    }

    /// <summary>The log outlives the instance under test, so that another can be started on it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<LogEntry> AppendAsync(ImmutableArray<Request> requests, long sequence)
    {
        await _order.WaitAsync();
        try
        {
            _sequences[++_turn] = sequence;
            var entry = await _inner.AppendAsync(_turn, requests, null, CancellationToken.None);
            return entry with { Sequence = sequence };
        }
        finally
        {
            _order.Release();
        }
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<LogEntry> entries, CancellationToken end,
        CancellationToken cancelled)
    {
        try
        {
            var isMore = await entries.MoveNextAsync();
            await _readGate.PassAsync(end);
            return isMore;
        }
        catch (OperationCanceledException) when (!cancelled.IsCancellationRequested)
        {
            throw new LogRegressedException("the log went back");
        }
    }

    /// <summary>Lets pass what comes, holds it, or makes it fail.</summary>
    private sealed class Gate
    {
        private TaskCompletionSource? _closed;

        public Exception? Failure
        {
            get => Volatile.Read(ref field);
            set => Volatile.Write(ref field, value);
        }

        public void Close() => Volatile.Write(ref _closed,
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        public void Open() => Interlocked.Exchange(ref _closed, null)?.SetResult();

        public async Task PassAsync(CancellationToken cancellationToken)
        {
            if (Volatile.Read(ref _closed) is { } closed)
            {
                await closed.Task.WaitAsync(cancellationToken);
            }

            if (Failure is { } failure)
            {
                throw failure;
            }
        }
    }
}
