using WebCoord.Core;

namespace WebCoord.TransactionLog;

/// <summary>What there is after a position.</summary>
internal enum TailAnswer
{
    /// <summary>An entry.</summary>
    Entry,

    /// <summary>Nothing yet: the position is the head.</summary>
    End,

    /// <summary>The position lies before the tail.</summary>
    Before,

    /// <summary>The position is not one of this log.</summary>
    Foreign,
}

/// <summary>
/// The last entries of a log in memory, in order and without a gap, and the wait for more. Readers that keep up are
/// served from here, with the very requests that were appended. Safe for use by many threads.
/// </summary>
/// <param name="start">The position before the first entry that will be added.</param>
/// <param name="maxEntries">Of more entries than this, the oldest are forgotten.</param>
/// <param name="maxBytes">Of more encoded bytes than this, the oldest entries are forgotten.</param>
internal sealed class LogTail(LogPosition start, int maxEntries, long maxBytes)
{
    private readonly Lock _lock = new();

    /// <summary>Entries below <see cref="_first"/> are forgotten; they are cut off when they are the larger
    /// part.</summary>
    private readonly List<LogEntry?> _entries = [];
    private int _first;
    private long _bytes;
    private LogPosition _base = start;
    private TaskCompletionSource? _more;
    private LogRefusedException? _damage;

    /// <summary>The position of the last entry.</summary>
    public LogPosition Head
    {
        get
        {
            lock (_lock)
            {
                return field;
            }
        }

        private set;
    } = start;

    /// <summary>Another one after every change. Who asks for it first and then what is here misses no change by waiting
    /// for the next (<see cref="WaitAsync"/>).</summary>
    public long Version
    {
        get
        {
            lock (_lock)
            {
                return field;
            }
        }

        private set;
    }

    /// <summary>The position before the first entry that is still here.</summary>
    public LogPosition Base
    {
        get
        {
            lock (_lock)
            {
                return _base;
            }
        }
    }

    /// <summary>Adds the entry that follows the head, and wakes all who wait.</summary>
    public void Add(LogEntry entry)
    {
        TaskCompletionSource? more;
        lock (_lock)
        {
            _entries.Add(entry);
            Head = LogPosition.Of(entry);
            _damage = null;
            _bytes += entry.PayloadBytes;
            while (_entries.Count - _first > maxEntries || (_bytes > maxBytes && _entries.Count - _first > 1))
            {
                ForgetFirst();
            }

            Compact();
            more = Change();
        }

        more?.SetResult();
    }

    /// <summary>Forgets all entries and goes on from another position; wakes all who wait.</summary>
    public void Reset(LogPosition position)
    {
        TaskCompletionSource? more;
        lock (_lock)
        {
            _entries.Clear();
            (_first, _bytes) = (0, 0);
            _base = Head = position;
            _damage = null;
            more = Change();
        }

        more?.SetResult();
    }

    /// <summary>What follows the head cannot be read: readers get there and no further.</summary>
    public void Fail(LogRefusedException damage)
    {
        TaskCompletionSource? more;
        lock (_lock)
        {
            _damage = damage;
            more = Change();
        }

        more?.SetResult();
    }

    /// <summary>The entry that follows a position.</summary>
    /// <exception cref="LogRefusedException">It is damaged.</exception>
    public TailAnswer Next(LogPosition position, out LogEntry? entry)
    {
        lock (_lock)
        {
            entry = null;
            if (position.Zxid < _base.Zxid)
            {
                return TailAnswer.Before;
            }

            var index = IndexAfter(position.Zxid);
            var previous = index == _first ? _base : LogPosition.Of(_entries[index - 1]!);
            if (previous != position)
            {
                return TailAnswer.Foreign;
            }

            if (index == _entries.Count)
            {
                return _damage is null ? TailAnswer.End : throw _damage;
            }

            entry = _entries[index];
            return TailAnswer.Entry;
        }
    }

    /// <summary>Completes once there is another version than a known one.</summary>
    public Task WaitAsync(long version, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Version != version)
            {
                return Task.CompletedTask;
            }

            _more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _more.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Forgets the entries up to a zxid.</summary>
    public void ForgetThrough(Zxid zxid)
    {
        lock (_lock)
        {
            while (_first < _entries.Count && _entries[_first]!.LastZxid <= zxid)
            {
                ForgetFirst();
            }

            Compact();
        }
    }

    private TaskCompletionSource? Change()
    {
        var more = _more;
        _more = null;
        Version++;
        return more;
    }

    private void ForgetFirst()
    {
        var entry = _entries[_first]!;
        _base = LogPosition.Of(entry);
        _bytes -= entry.PayloadBytes;
        _entries[_first++] = null;
    }

    private void Compact()
    {
        if (_first > _entries.Count / 2)
        {
            _entries.RemoveRange(0, _first);
            _first = 0;
        }
    }

    private int IndexAfter(Zxid zxid)
    {
        var (low, high) = (_first, _entries.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _entries[middle]!.LastZxid <= zxid ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
