using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.TransactionLog.InMemory;

/// <summary>A log that lives as long as its process: for tests, simulation and trying things out.</summary>
public sealed class InMemoryTransactionLog(TimeProvider time, long incarnation) : ITransactionLog
{
    private readonly Lock _lock = new();
    private readonly List<LogEntry> _entries = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LogPosition _head = LogPosition.Start;

    public LogDescription Description { get; } = new("memory", "memory", Durability.None);

    public LogPosition Head
    {
        get
        {
            lock (_lock)
            {
                return _head;
            }
        }
    }

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<LogEntry> AppendAsync(long sequence, ImmutableArray<Request> requests,
        CancellationToken cancellationToken)
    {
        var payload = CommandCodec.Encode(requests);
        lock (_lock)
        {
            var timestamp = time.GetUtcNow().ToUnixTimeMilliseconds();
            var first = new Zxid(_head.Zxid.Value + 1);
            var last = new Zxid(_head.Zxid.Value + requests.Length);
            var entry = new LogEntry
            {
                LastZxid = last,
                TimestampMs = timestamp,
                Incarnation = incarnation,
                Sequence = sequence,
                ChainHash = ChainHash.Next(_head.ChainHash, first, last, timestamp, payload),
                Requests = requests,
            };
            _entries.Add(entry);
            _head = new LogPosition(last, entry.ChainHash);
            _more.SetResult();
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return Task.FromResult(entry);
        }
    }

    public async IAsyncEnumerable<LogEntry> ReadAsync(LogPosition after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var index = 0; ;)
        {
            LogEntry? entry = null;
            Task more;
            lock (_lock)
            {
                more = _more.Task;
                if (index < _entries.Count)
                {
                    entry = _entries[index++];
                }
            }

            if (entry is null)
            {
                await more.WaitAsync(cancellationToken);
            }
            else if (entry.LastZxid > after.Zxid)
            {
                yield return entry;
            }
        }
    }

    public Task SaveSnapshotAsync(CoordinationState state, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<CoordinationState?> LoadSnapshotAsync(ICollection<string> damaged, CancellationToken cancellationToken) =>
        Task.FromResult<CoordinationState?>(null);

    public Task TrimAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
