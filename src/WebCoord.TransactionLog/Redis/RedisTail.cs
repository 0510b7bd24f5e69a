using System.Diagnostics.CodeAnalysis;
using WebCoord.Core;

namespace WebCoord.TransactionLog.Redis;

/// <summary>
/// The end of the log as this process knows it. It grows by the answers to appends, and by reading the stream: when a
/// hint says that others appended, and now and then without one. The chain is verified on the way.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no handle, and hints may come after the end.")]
internal sealed class RedisTail(TimeProvider time, TimeSpan lookInterval, AppendsInFlight appends)
{
    /// <summary>How much readers find in memory: enough for those that keep up.</summary>
    private const int TailEntries = 4_096;
    private const long TailBytes = 8L << 20;

    /// <summary>What a promoted replica may lack at the most for its log to be a recent one, if entries are large.
    /// </summary>
    private static readonly TimeSpan AnchorAge = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _wake = new(0);
    private readonly Lock _lock = new();
    private bool _isWoken;
    private bool _isKnown;
    private LogPosition _anchor;
    private LogPosition _nextAnchor;
    private long _anchored;
    private int _regressions;

    public LogTail Entries { get; } = new(LogPosition.Start, TailEntries, TailBytes);

    public LogPosition Head => Entries.Head;

    /// <summary>How often entries that had been in the log were found missing.</summary>
    public int Regressions => Volatile.Read(ref _regressions);

    /// <summary>The last known entry, once the links up to now can add no more; null if no log is known.</summary>
    public LogPosition? Known
    {
        get
        {
            lock (_lock)
            {
                return _isKnown ? Entries.Head : null;
            }
        }
    }

    /// <summary>The oldest position that this process can tell to be on the chain: what the first entry that it has
    /// follows, or its head some minutes ago, if that is older. A log without it is no recent one. Null if no log is
    /// known.</summary>
    public LogPosition? Anchor
    {
        get
        {
            lock (_lock)
            {
                return !_isKnown ? null : Entries.Base.Zxid < _anchor.Zxid ? Entries.Base : _anchor;
            }
        }
    }

    /// <summary>There may be more in the stream.</summary>
    public void Wake()
    {
        if (!Interlocked.Exchange(ref _isWoken, true))
        {
            _wake.Release();
        }
    }

    /// <summary>Begins again where a handshake says that the log is not as it was known.</summary>
    public void Adopt(HandshakeAnswer answer)
    {
        lock (_lock)
        {
            if (answer.Place == ChainPlace.Absent || (answer.Place == ChainPlace.Unasked && _isKnown))
            {
                Interlocked.Increment(ref _regressions);
            }

            if (answer.Place != ChainPlace.On)
            {
                Entries.Reset(answer.Head);
                (_isKnown, _anchor, _nextAnchor) = (true, answer.Floor, answer.Head);
                _anchored = time.GetTimestamp();
            }
        }
    }

    /// <summary>Adds the entry of an append, if it is the next; otherwise the stream will bring it.</summary>
    /// <returns>False if the link was broken before: then a handshake has to tell what became of it.</returns>
    public bool TryDeliver(RedisLink link, LogEntry entry, LogPosition previous)
    {
        if (TryAdd(link, entry, previous))
        {
            return true;
        }

        if (link.Connection.Broken.IsCompleted)
        {
            return false;
        }

        Wake();
        return true;
    }

    /// <summary>Follows the log over a link until that breaks.</summary>
    public async Task FollowAsync(RedisLink link, ILogObserver? observer, CancellationToken cancellationToken)
    {
        var looked = 0L;
        while (!link.Connection.Broken.IsCompleted)
        {
            // However much others append: between two reads it may be time for a look.
            var asked = time.GetTimestamp();
            if (looked == 0 || time.GetElapsedTime(looked, asked) >= lookInterval)
            {
                var view = await LookAsync(link, Head, cancellationToken);
                observer?.Contacted(asked, view.Head.Zxid);
                looked = asked;
                MoveAnchor(asked);
            }

            if (!await ReadSomeAsync(link, cancellationToken) && await _wake.WaitAsync(lookInterval, cancellationToken))
            {
                Volatile.Write(ref _isWoken, false);
            }
        }
    }

    /// <summary>Reads what the stream has after the tail, as far as a head that was seen: while others append, there is
    /// no other end.</summary>
    public async Task CatchUpAsync(RedisLink link, LogPosition head, CancellationToken cancellationToken)
    {
        while (Head.Zxid < head.Zxid && await ReadSomeAsync(link, cancellationToken))
        {
            // As long as there is more.
        }
    }

    private void MoveAnchor(long now)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_anchored, now) >= AnchorAge)
            {
                (_anchor, _nextAnchor, _anchored) = (_nextAnchor, Entries.Head, now);
            }
        }
    }

    private static async Task<LogView> LookAsync(RedisLink link, LogPosition position,
        CancellationToken cancellationToken)
    {
        var view = await link.LookAsync(position, cancellationToken);
        if (view.Place != ChainPlace.On)
        {
            throw link.Stale($"the last entry is {view.Place}");
        }

        return view;
    }

    /// <returns>Whether there may be more.</returns>
    private async Task<bool> ReadSomeAsync(RedisLink link, CancellationToken cancellationToken)
    {
        var from = Head;
        try
        {
            var stored = await EntryStream.ReadAsync(link.Connection, from.Zxid, cancellationToken);
            foreach (var next in stored)
            {
                next.VerifyAfter(from);
                var own = appends.Find(next);
                var entry = own is null
                    ? next.Decode()
                    : own.Batch.EntryAt(next.Position, next.TimestampMs, next.Incarnation);
                if (!TryAdd(link, entry, from))
                {
                    return !link.Connection.Broken.IsCompleted;
                }

                own?.Complete(entry);
                from = next.Position;
            }

            return EntryStream.MayGoOn(stored);
        }
        catch (InvalidDataException damage)
        {
            await LookAsync(link, from, cancellationToken);
            Entries.Fail(Damaged(link, from, damage));
        }
        catch (UnknownFormatException newer)
        {
            Entries.Fail(TooNew(link, from, newer));
        }

        return false;
    }

    public static LogRefusedException Damaged(RedisLink link, LogPosition after, InvalidDataException damage) =>
        new($"The log {link.Connection.Keys.Tag} at {link.Connection.Location}: the entry after zxid {after.Zxid} is "
            + $"damaged: {damage.Message}. Bring the data of this Redis back from a backup", damage);

    public static LogTooNewException TooNew(RedisLink link, LogPosition after, UnknownFormatException newer) =>
        new($"The log {link.Connection.Keys.Tag} at {link.Connection.Location}: the entry after zxid {after.Zxid} is "
            + $"from a newer version. {newer.Message}", newer);

    /// <summary>Adds an entry unless it is there already.</summary>
    /// <returns>False if it does not fit any more.</returns>
    private bool TryAdd(RedisLink link, LogEntry entry, LogPosition previous)
    {
        lock (_lock)
        {
            // What a broken link brings may be gone from the log by now, and Known was asked already.
            if (link.Connection.Broken.IsCompleted)
            {
                return false;
            }

            if (entry.LastZxid <= Entries.Head.Zxid)
            {
                return true;
            }

            if (Entries.Head != previous)
            {
                return false;
            }

            Entries.Add(entry);
            return true;
        }
    }
}
