using StackExchange.Redis;
using WebCoord.Core;

namespace WebCoord.TransactionLog.Redis;

/// <summary>An append that was begun and is not answered yet.</summary>
internal sealed class AppendInFlight(Batch batch, RedisLink link, LogPosition known, Task<RedisResult> sent)
{
    private readonly TaskCompletionSource<LogEntry> _entry = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Batch Batch => batch;

    public RedisLink Link => link;

    /// <summary>That it builds on.</summary>
    public LogPosition Known => known;

    public Task<RedisResult> Sent => sent;

    /// <summary>Completes with the entry that it became, or with why it did not.</summary>
    public Task<LogEntry> Entry => _entry.Task;

    public void Complete(LogEntry entry) => _entry.TrySetResult(entry);

    public void Fail(Exception failure) => _entry.TrySetException(failure);
}

/// <summary>
/// The appends that are under way, and what becomes of those whose answer does not come: an entry that is read from the
/// log proves that one happened; a handshake that retired its incarnation proves that one did not and never will. Safe
/// for use by many threads.
/// </summary>
internal sealed class AppendsInFlight
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(long Incarnation, long Sequence), AppendInFlight> _appends = [];
    private long _lastSequence;

    /// <summary>The last sequence that is used up.</summary>
    public long LastSequence
    {
        get
        {
            lock (_lock)
            {
                return _lastSequence;
            }
        }
    }

    /// <summary>Begins an append: sends it, in the order of the sequences.</summary>
    /// <param name="link">Gives the link to send it over, or throws; the sequence is used up either way.</param>
    /// <exception cref="ArgumentException">It is not its turn; nothing changed.</exception>
    public AppendInFlight Begin(Batch batch, LogPosition known, Func<RedisLink> link)
    {
        lock (_lock)
        {
            batch.TakeTurn(ref _lastSequence);
            var over = link();
            var append = new AppendInFlight(batch, over, known, over.SendAsync(batch, known));
            _appends.Add((over.Incarnation, batch.Sequence), append);
            return append;
        }
    }

    public void End(AppendInFlight append)
    {
        lock (_lock)
        {
            _appends.Remove((append.Link.Incarnation, append.Batch.Sequence));
        }
    }

    /// <summary>The append that a stored entry came of, if it is one of these.</summary>
    public AppendInFlight? Find(StoredEntry stored)
    {
        lock (_lock)
        {
            return _appends.GetValueOrDefault((stored.Incarnation, stored.Sequence));
        }
    }

    /// <summary>After an incarnation was retired: what it had not brought into the log by then is not in it.</summary>
    /// <param name="last">Its last sequence in the log; null if the log has never heard of it, which tells
    /// nothing.</param>
    public void Settle(long incarnation, long? last)
    {
        if (last is { } reached)
        {
            FailWhere(append => append.Link.Incarnation == incarnation && append.Batch.Sequence > reached,
                new LogUnavailableException("The connection to Redis failed before the log took it.", true));
        }
    }

    /// <summary>Nothing more will be learned of the appends of an incarnation.</summary>
    public void GiveUp(long incarnation) => FailWhere(append => append.Link.Incarnation == incarnation, Unknown());

    /// <summary>All that are under way failed.</summary>
    public void FailAll(LogUnavailableException failure) => FailWhere(_ => true, failure);

    public static LogUnavailableException Unknown() =>
        new("The connection to Redis failed while the log was to take it.", false);

    private void FailWhere(Predicate<AppendInFlight> isConcerned, LogUnavailableException failure)
    {
        List<AppendInFlight> failed;
        lock (_lock)
        {
            failed = [.. _appends.Values.Where(append => isConcerned(append))];
        }

        foreach (var append in failed)
        {
            append.Fail(failure);
        }
    }
}
