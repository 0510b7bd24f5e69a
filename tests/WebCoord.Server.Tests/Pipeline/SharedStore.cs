using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.Pipeline;

/// <summary>What several instances of a test have in common: entries and snapshots in memory. A test can take its tail
/// away, or trim it, as may happen to a store outside the process.</summary>
internal sealed class SharedStore
{
    private readonly Lock _lock = new();
    private List<LogEntry> _entries = [];
    private LogPosition _floor = LogPosition.Start;
    private int _epoch;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries];
            }
        }
    }

    public LogPosition Head
    {
        get
        {
            lock (_lock)
            {
                return HeadNow;
            }
        }
    }

    public CoordinationState? Snapshot
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

    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    private LogPosition HeadNow => _entries.Count == 0 ? _floor : LogPosition.Of(_entries[^1]);

    public LogEntry Append(long incarnation, long sequence, ImmutableArray<Request> requests)
    {
        lock (_lock)
        {
            var head = HeadNow;
            var first = head.Zxid.Epoch < _epoch ? Zxid.Create(_epoch, 1) : new Zxid(head.Zxid.Value + 1);
            var last = new Zxid(first.Value + requests.Length - 1);
            var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            var payload = CommandCodec.Encode(requests);
            var entry = new LogEntry
            {
                LastZxid = last,
                TimestampMs = now,
                Incarnation = incarnation,
                Sequence = sequence,
                ChainHash = ChainHash.Next(head.ChainHash, first, last, now, payload),
                Requests = requests,
                PayloadBytes = payload.Length,
            };
            _entries.Add(entry);
            Change();
            return entry;
        }
    }

    /// <summary>The entry after a position; null when there is none yet.</summary>
    /// <exception cref="LogTrimmedException">It was trimmed.</exception>
    /// <exception cref="LogRegressedException">There is no such position any more.</exception>
    public LogEntry? After(LogPosition position)
    {
        lock (_lock)
        {
            if (position.Zxid < _floor.Zxid)
            {
                throw new LogTrimmedException($"the log begins after {_floor.Zxid}");
            }

            if (position == HeadNow)
            {
                return null;
            }

            var index = position == _floor ? 0 : _entries.FindIndex(entry => LogPosition.Of(entry) == position) + 1;
            return index > 0 || position == _floor
                ? _entries[index]
                : throw new LogRegressedException($"zxid {position.Zxid} is no more");
        }
    }

    public bool Has(LogPosition position)
    {
        lock (_lock)
        {
            return position == _floor || _entries.Exists(entry => LogPosition.Of(entry) == position);
        }
    }

    /// <summary>The last entries are lost, and a new generation begins.</summary>
    public void LoseTail(int entries)
    {
        lock (_lock)
        {
            _entries = _entries[..^entries];
            _epoch++;
            Change();
        }
    }

    /// <summary>Keeps a snapshot of a state and nothing of what led to it.</summary>
    public void TrimTo(CoordinationState state)
    {
        lock (_lock)
        {
            Snapshot = state;
            _floor = new LogPosition(state.LastZxid, state.ChainHash);
            _entries = [.. _entries.Where(entry => entry.LastZxid > state.LastZxid)];
            Change();
        }
    }

    private void Change()
    {
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
