using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Compares the digest of this instance's state with those that other instances tell in their heartbeats. A digest
/// costs a walk over all sessions, so it is taken only after entries that changed what is known of instances: all take
/// theirs after the same entries, and a heartbeat names the last such zxid. Instances in the minority stop.
/// </summary>
internal sealed partial class DigestComparison
{
    /// <summary>Digests that are remembered: heartbeats under way refer to one of the last few.</summary>
    private const int Remembered = 256;

    private readonly LocalInstance _self;
    private readonly ILogger<DigestComparison> _logger;
    private readonly TaskCompletionSource _diverged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<Zxid> _order = new();
    private readonly Dictionary<Zxid, ulong> _digests = [];

    /// <summary>Of every instance that told a digest which could be compared: whether the last was ours.</summary>
    private readonly Dictionary<long, bool> _verdicts = [];
    private readonly Lock _lock = new();
    private ImmutableSortedDictionary<long, Instance> _instances;
    private (Zxid Zxid, ulong Digest)? _last;
    private bool _isLive;

    public DigestComparison(ITransactionLog log, Applier applier, LocalInstance self, ILogger<DigestComparison> logger)
    {
        _self = self;
        _logger = logger;
        _instances = applier.State.Instances;
        if (log.Description.IsShared)
        {
            applier.Published += Look;
            applier.Displaced += (_, _) => Forget();
        }
    }

    /// <summary>Fails once this instance is found to be in the minority.</summary>
    public Task Diverged => _diverged.Task;

    /// <summary>The last zxid with a digest that others can compare, and the digest; null when there is none.</summary>
    public (Zxid Zxid, ulong Digest)? Last
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    /// <summary>From here on what others tell is compared.</summary>
    public void Begin() => Volatile.Write(ref _isLive, true);

    private void Look(CoordinationState state)
    {
        if (ReferenceEquals(_instances, state.Instances))
        {
            return;
        }

        var before = _instances;
        _instances = state.Instances;
        Remember(state.LastZxid, state.Digest);
        foreach (var gone in _verdicts.Keys.Where(id => !_instances.ContainsKey(id)).ToList())
        {
            _verdicts.Remove(gone);
        }

        // What was told before this instance lived may be of another time.
        if (!Volatile.Read(ref _isLive))
        {
            return;
        }

        foreach (var (id, other) in _instances)
        {
            if (id != _self.Id && before.GetValueOrDefault(id) != other
                && _digests.TryGetValue(other.Report.AppliedZxid, out var digest))
            {
                _verdicts[id] = digest == other.Report.Digest;
            }
        }

        var verdicts = _verdicts.ToLookup(verdict => verdict.Value, verdict => _instances[verdict.Key]);
        if (verdicts[false].Any())
        {
            Judge([.. verdicts[true]], [.. verdicts[false]]);
        }
    }

    /// <summary>The majority is right; of two halves the one with the lowest id stays.</summary>
    private void Judge(Instance[] agreeing, Instance[] disagreeing)
    {
        var names = string.Join(", ", disagreeing.Select(other => other.Report.Name).Order(StringComparer.Ordinal));
        LogDiverged(disagreeing[0].Report.AppliedZxid, names);
        var ours = agreeing.Length + 1;
        var isLowestOurs = disagreeing.All(other => other.Report.Id > _self.Id)
            || agreeing.Any(friend => disagreeing.All(other => other.Report.Id > friend.Report.Id));
        if (disagreeing.Length > ours || (disagreeing.Length == ours && !isLowestOurs))
        {
            _diverged.TrySetException(new StateDivergedException("The state of this instance at zxid "
                + $"{disagreeing[0].Report.AppliedZxid} is not that of {names}; it stops so that it misleads nobody. "
                + "Please report it, with the logs of all instances."));
        }
    }

    private void Remember(Zxid zxid, ulong digest)
    {
        lock (_lock)
        {
            _last = (zxid, digest);
        }

        _digests[zxid] = digest;
        _order.Enqueue(zxid);
        if (_order.Count > Remembered)
        {
            _digests.Remove(_order.Dequeue());
        }
    }

    private void Forget()
    {
        lock (_lock)
        {
            _last = null;
        }

        _digests.Clear();
        _verdicts.Clear();
        _order.Clear();
    }

    [LoggerMessage(151, LogLevel.Critical, "At zxid {Zxid} this instance has another state than {Names}, made from the "
        + "same log: a bug, or damaged memory")]
    private partial void LogDiverged(Zxid zxid, string names);
}
