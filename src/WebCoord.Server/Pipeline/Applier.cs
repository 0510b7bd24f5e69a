using WebCoord.Core;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// The only reader of the log and the only writer of state. For each entry: apply, then under one short lock queue the
/// events on their watchers and publish the new state, then wake the watchers and complete the replies, in that order.
/// So an event is on its way before anybody can see the state that it tells of, and a reply comes after both.
/// </summary>
internal sealed partial class Applier(ITransactionLog log, PendingBatches pending, PipelineMetrics metrics,
    TimeProvider time, ILogger<Applier> logger)
{
    private readonly Lock _publication = new();
    private readonly WatchManager<IWatcher> _watches = new();
    private readonly List<Delivery<IWatcher>> _deliveries = [];
    private readonly HashSet<IWatcher> _woken = [];
    private readonly ZxidWaiters _waiters = new();
    private StateMachine _machine = new(CoordinationState.Initial);
    private CoordinationState _state = CoordinationState.Initial;

    /// <summary>The state published last. Reads take it without a lock and keep it while they run.</summary>
    public CoordinationState State => Volatile.Read(ref _state);

    /// <summary>Armed watches.</summary>
    public int WatchCount
    {
        get
        {
            lock (_publication)
            {
                return _watches.Count;
            }
        }
    }

    /// <summary>Raised after a state is published and its watchers are woken, outside the lock, in the order of zxids:
    /// for those who follow sessions and instances. Handlers must not block or throw.</summary>
    public event Action<CoordinationState>? Published;

    /// <summary>Raised by <see cref="Replace"/> BEFORE the new state is published, under the lock: whatever handlers
    /// queue comes before anything that is told of that state. They must not block, throw, send or call back.
    /// </summary>
    public event Action<Displacement, CoordinationState>? Displacing;

    /// <summary>Raised after <see cref="Replace"/>, outside the lock. Handlers must not block or throw.</summary>
    public event Action<Displacement, CoordinationState>? Displaced;

    /// <summary>Reads the state and arms watches in one step: no change can come between. Short, and no I/O.</summary>
    public T Arm<T>(Func<CoordinationState, WatchManager<IWatcher>, T> readAndArm)
    {
        lock (_publication)
        {
            return readAndArm(_state, _watches);
        }
    }

    /// <summary>Waits until a zxid is applied; false when the time is up first, or too many wait already.</summary>
    public async ValueTask<bool> WaitForAsync(Zxid zxid, TimeSpan timeout, CancellationToken cancellationToken) =>
        State.LastZxid >= zxid
        || await _waiters.WaitAsync(zxid, () => State.LastZxid, timeout, time, cancellationToken);

    /// <summary>Starts from a snapshot, before the first entry.</summary>
    /// <exception cref="LogTooNewException">It uses a feature level that this build does not know.</exception>
    public void Restore(CoordinationState state)
    {
        if (state.FeatureLevel > CoordinationState.SupportedFeatureLevel)
        {
            throw TooNew(state);
        }

        _machine = new StateMachine(state);
        Volatile.Write(ref _state, state);
    }

    /// <summary>Goes on from another state than the last: after the log went back, or past entries that this instance
    /// slept through. All watches are gone, and those who armed them are told.</summary>
    /// <param name="own">Entries of this process on the way to that state: those who wait for them get their results.
    /// </param>
    /// <param name="published">Called once the state can be seen, before anybody is told of it.</param>
    /// <exception cref="LogTooNewException">It uses a feature level that this build does not know.</exception>
    public void Replace(CoordinationState state, Displacement why, IEnumerable<AppliedEntry> own, Action published)
    {
        if (state.FeatureLevel > CoordinationState.SupportedFeatureLevel)
        {
            throw TooNew(state);
        }

        IWatcher[] watchers;
        lock (_publication)
        {
            _machine = new StateMachine(state);
            watchers = _watches.Clear();
            foreach (var watcher in watchers)
            {
                watcher.Displace(why);
            }

            Displacing?.Invoke(why, state);
            Volatile.Write(ref _state, state);
        }

        published();
        foreach (var watcher in watchers)
        {
            watcher.Wake();
        }

        _waiters.Release(state.LastZxid);
        Displaced?.Invoke(why, state);
        Published?.Invoke(state);
        foreach (var (entry, results) in own)
        {
            Reply(entry, results);
        }

        pending.AbandonPassed(state.LastZxid);
    }

    /// <summary>Applies the next entry of the log. One call at a time.</summary>
    /// <exception cref="LogTooNewException">Other instances raised the feature level beyond what this build knows.
    /// </exception>
    public void Apply(LogEntry entry)
    {
        var results = _machine.Apply(entry);
        if (_machine.State.FeatureLevel > CoordinationState.SupportedFeatureLevel)
        {
            throw TooNew(_machine.State);
        }

        lock (_publication)
        {
            foreach (var result in results)
            {
                QueueEvents(result);
            }

            Volatile.Write(ref _state, _machine.State);
        }

        foreach (var watcher in _woken)
        {
            watcher.Wake();
        }

        _woken.Clear();
        _waiters.Release(_machine.State.LastZxid);
        Published?.Invoke(_machine.State);
        Reply(entry, results);
        pending.AbandonPassed(entry.LastZxid);
    }

    private static LogTooNewException TooNew(CoordinationState state) =>
        new($"At zxid {state.LastZxid} the service uses feature level {state.FeatureLevel}; this version knows "
            + $"{CoordinationState.SupportedFeatureLevel}. Upgrade first.");

    private void QueueEvents(ApplyResult result)
    {
        foreach (var change in result.Changes)
        {
            _watches.Fire(change, _deliveries);
        }

        foreach (var (watcher, watchEvent, mode, acl) in _deliveries)
        {
            if (acl.Permits(Permissions.Read, watcher.Identities))
            {
                watcher.Enqueue(watchEvent);
            }
            else if (mode == WatchMode.OneShot)
            {
                watcher.Enqueue(watchEvent with { Type = WatchEventType.Revoked, Version = null });
            }
            else
            {
                continue;
            }

            metrics.EventDelivered();
            _woken.Add(watcher);
        }

        _deliveries.Clear();
    }

    private void Reply(LogEntry entry, IReadOnlyList<ApplyResult> results)
    {
        var batch = log.IsOwn(entry) ? pending.Take(entry.Sequence) : null;
        var alike = 0;
        for (var i = 0; i < results.Count; i++)
        {
            var result = results[i];
            if (result.Error == ErrorCode.InternalError)
            {
                LogBug(result.Zxid, entry.Requests[i].Command.GetType().Name, result.Detail);
                var detail = $"A bug in WebCoord; the request at zxid {result.Zxid} had no effect.";
                result = result with { Detail = detail };
            }

            if (batch is not null)
            {
                batch[i].Complete(result);

                // Counted in runs of one code, for most are alike.
                alike++;
                if (i == results.Count - 1 || results[i + 1].Error != result.Error)
                {
                    metrics.WritesAnswered(result.Error, alike);
                    alike = 0;
                }
            }
        }

        foreach (var request in batch ?? [])
        {
            request.Wake();
        }
    }

    [LoggerMessage(100, LogLevel.Critical, "A bug was met at zxid {Zxid} in {Command}: {Detail}")]
    private partial void LogBug(Zxid zxid, string command, string? detail);
}
