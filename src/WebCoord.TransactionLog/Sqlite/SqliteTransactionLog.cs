using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.TransactionLog.Sqlite;

/// <summary>
/// A log in an SQLite file of this process alone: one row per batch, one fsync per append. Everything that touches the
/// database happens on one thread; readers that keep up are served from memory.
/// </summary>
/// <param name="path">The data file. It is made, with its folder, when nothing of a log is there.</param>
public sealed class SqliteTransactionLog(TimeProvider time, long incarnation, string path) : ITransactionLog
{
    /// <summary>How much of the log's end readers find in memory: enough for those that keep up. What is kept longer
    /// than it is needed costs the garbage collector more than it is worth.</summary>
    private const int TailEntries = 4_096;
    private const long TailBytes = 8L << 20;

    /// <summary>Bytes of entries that a reader far behind takes from the database at a time.</summary>
    private const int ReadBytes = 1 << 20;

    /// <summary>How long a reader waits before it tries again to read from a file that cannot be opened.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    private readonly string _path = Path.GetFullPath(path);
    private readonly SnapshotFiles _snapshots = new(Path.GetFullPath(path));
    private readonly DatabaseThread _thread = new("transaction log");
    private DataFileLock? _lock;
    private DurableAppender? _appender;
    private long _sequence;
    private bool _disposed;

    /// <summary>The position that the first entry of a new log follows.</summary>
    public LogPosition Start { get; init; } = LogPosition.Start;

    /// <summary>Told now and then, while a snapshot is loaded, how many nodes were read, and of how many.</summary>
    public Action<long, long>? SnapshotProgress { get; init; }

    public LogDescription Description => new("sqlite", _path, Durability.Fsync);

    public LogPosition Head => Tail.Head;

    public int MaxAppendsInFlight => 1;

    private LogTail Tail
    {
        get => field ?? throw new InvalidOperationException("The log is not open.");
        set;
    }

    /// <summary>For tests: see <see cref="DurableAppender.Fault"/>.</summary>
    internal Action<bool>? Fault
    {
        set => _appender!.Fault = value;
    }

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _thread.RunAsync(Open);
    }

    /// <inheritdoc/>
    /// <param name="cancellationToken">Looked at before the append begins; what has begun is brought to its
    /// end.</param>
    public async Task<LogEntry> AppendAsync(long sequence, ImmutableArray<Request> requests, LogPosition? applied,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var batch = new Batch(sequence, requests);
        return await OnDatabase(appender =>
        {
            batch.TakeTurn(ref _sequence);
            return appender.Append(batch);
        });
    }

    public bool IsOwn(LogEntry entry) => entry.Incarnation == incarnation;

    public ValueTask<LogPosition> LookAsync(LogPosition? applied, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Head);

    public async IAsyncEnumerable<LogEntry> ReadAsync(LogPosition after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var version = Tail.Version;
            switch (Tail.Next(after, out var next))
            {
                case TailAnswer.Entry:
                    yield return next!;
                    after = new LogPosition(next!.LastZxid, next.ChainHash);
                    break;
                case TailAnswer.End:
                    await Tail.WaitAsync(version, cancellationToken);
                    break;
                case TailAnswer.Before:
                    foreach (var stored in await ReadStoredAsync(after, cancellationToken))
                    {
                        var entry = Decode(stored, after);
                        yield return entry;
                        after = stored.Position;
                    }

                    break;
                default:
                    throw Refusals.Foreign(_path, after);
            }
        }
    }

    public async Task<bool> SaveSnapshotAsync(CoordinationState state, CancellationToken cancellationToken)
    {
        await Task.Run(() => _snapshots.Save(state, cancellationToken), cancellationToken);
        return true;
    }

    public Task<CoordinationState?> LoadSnapshotAsync(ICollection<string> damaged,
        CancellationToken cancellationToken) =>
        Task.Run(() => LoadOrRefuseAsync(damaged, cancellationToken), cancellationToken);

    public async Task TrimAsync(CancellationToken cancellationToken)
    {
        if (_snapshots.Zxids() is not [_, var older])
        {
            return;
        }

        try
        {
            // In small steps, so that an append waits for one of them at most.
            while (await OnDatabase(appender => appender.Use(database => database.DeleteSomeThrough(older))))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (SqliteFailureException failure)
        {
            throw new LogUnavailableException($"The log {_path} cannot be trimmed: {failure.Message}.", true, failure);
        }
    }

    public Task AcceptLossAsync(LossAcceptance acceptance, CoordinationState state,
        CancellationToken cancellationToken) => throw Refusals.NotLost(_path);

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _thread.RunAsync(() =>
        {
            _appender?.Dispose();
            _lock?.Dispose();
            return true;
        });
        _thread.Dispose();
    }

    /// <summary>For tests: see <see cref="LogDatabase.LimitPages"/>.</summary>
    internal Task LimitPagesAsync(long pages) => OnDatabase(appender => appender.Use(database =>
    {
        database.LimitPages(pages);
        return true;
    }));

    /// <summary>For tests: see <see cref="LogDatabase.TrimFault"/>.</summary>
    internal Task SetTrimFaultAsync(Action fault) => OnDatabase(appender => appender.Use(database =>
    {
        database.TrimFault = fault;
        return true;
    }));

    private Task<T> OnDatabase<T>(Func<DurableAppender, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _thread.RunAsync(() => work(_appender ?? throw new InvalidOperationException("The log is not open.")));
    }

    private bool Open()
    {
        LogDatabase? database = null;
        try
        {
            FolderSync.Create(Path.GetDirectoryName(_path)!);
            _lock = DataFileLock.Take(_path);
            database = DataFile.OpenOrCreate(_path, Start, _snapshots);
            if (database.FindDamage() is { } damage)
            {
                throw new LogRefusedException($"{_path} is damaged: {damage}. Nothing was changed; restore the folder "
                    + "from a backup");
            }

            var floor = database.Floor();
            var head = database.Last()?.Position ?? floor;
            RefuseGap(floor, head);
            Tail = new LogTail(head, TailEntries, TailBytes);
            _appender = new DurableAppender(_path, database, Tail, time, incarnation);
            return true;
        }
        catch (SqliteFailureException failure)
        {
            throw DataFile.Refusal(_path, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LogRefusedException($"{_path} cannot be opened: {failure.Message}", failure);
        }
        finally
        {
            if (_appender is null)
            {
                database?.Dispose();
                _lock?.Dispose();
            }
        }
    }

    private void RefuseGap(LogPosition floor, LogPosition head)
    {
        if (_snapshots.Names() is not [var newest, ..])
        {
            return;
        }

        var zxid = _snapshots.Zxids()[0];
        if (zxid > head.Zxid)
        {
            throw new LogRefusedException($"{_path} ends at zxid {head.Zxid}, but the snapshot {newest} is newer: the "
                + "data file lost its end, or is an older copy. Restore it, or move the newer snapshots away to go "
                + "back in time");
        }

        if (zxid < floor.Zxid)
        {
            throw new LogRefusedException($"{_path} begins after zxid {floor.Zxid}, and the newest snapshot, {newest}, "
                + "is older: what lies between is missing. Restore the newer snapshots");
        }
    }

    /// <summary>Some entries that the tail no longer has. While the file cannot be opened it waits; a new connection
    /// gets one chance to read what the old one failed at.</summary>
    private async Task<List<StoredEntry>> ReadStoredAsync(LogPosition after, CancellationToken cancellationToken)
    {
        for (var failedBefore = false; ; await Task.Delay(RetryPause, time, cancellationToken))
        {
            try
            {
                return await OnDatabase(appender => appender.Use(database => StoredAfter(database, after)));
            }
            catch (LogUnavailableException failure)
            {
                if (failure.InnerException is LogRefusedException refusal)
                {
                    throw new LogRefusedException(refusal.Message, refusal);
                }
            }
            catch (SqliteFailureException failure)
            {
                if (failedBefore || failure.IsDamage)
                {
                    throw DataFile.Refusal(_path, failure);
                }

                failedBefore = true;
            }
        }
    }

    private List<StoredEntry> StoredAfter(LogDatabase database, LogPosition after)
    {
        RefuseUnless(database, after);
        return database.After(after.Zxid, ReadBytes) is [_, ..] entries
            ? entries
            : throw new LogRefusedException($"{_path}: there are no entries after zxid {after.Zxid}, where some were "
                + "when it was opened. Restore the folder from a backup");
    }

    private void RefuseUnless(LogDatabase database, LogPosition position)
    {
        var floor = database.Floor();
        if (position.Zxid < floor.Zxid)
        {
            throw Refusals.Trimmed(_path, position, floor);
        }

        if (position != floor && database.ChainHashAt(position.Zxid) != position.ChainHash)
        {
            throw Refusals.Foreign(_path, position);
        }
    }

    private LogEntry Decode(StoredEntry stored, LogPosition after)
    {
        try
        {
            return stored.DecodeAfter(after);
        }
        catch (InvalidDataException damage)
        {
            throw new LogRefusedException($"{_path}: the entry of zxid {stored.LastZxid} is damaged: {damage.Message}. "
                + "Restore the folder from a backup", damage);
        }
        catch (UnknownFormatException newer)
        {
            throw new LogTooNewException($"{_path}: the entry of zxid {stored.LastZxid} is from a newer version. "
                + newer.Message, newer);
        }
    }

    private async Task<CoordinationState?> LoadOrRefuseAsync(ICollection<string> damaged,
        CancellationToken cancellationToken)
    {
        try
        {
            return await LoadVerifiedAsync(damaged, cancellationToken);
        }
        catch (SqliteFailureException failure)
        {
            throw DataFile.Refusal(_path, failure);
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or LogUnavailableException)
        {
            throw new LogRefusedException($"The snapshots of {_path} cannot be read: {failure.Message} Make them "
                + "readable by this process, or restore the folder from a backup", failure);
        }
    }

    private async Task<CoordinationState?> LoadVerifiedAsync(ICollection<string> damaged,
        CancellationToken cancellationToken)
    {
        var passedOver = new List<string>();
        foreach (var name in _snapshots.Names())
        {
            try
            {
                var state = SnapshotFiles.Load(name, SnapshotProgress, cancellationToken);
                await ExpectContinuationAsync(name, state);
                SnapshotFiles.SetAside(passedOver, damaged);
                return state;
            }
            catch (InvalidDataException damage)
            {
                passedOver.Add(name);
                damaged.Add($"{name}: {damage.Message}");
            }
            catch (UnknownFormatException newer)
            {
                throw new LogTooNewException($"{name}: {newer.Message}", newer);
            }
        }

        if (passedOver.Count > 0)
        {
            throw new LogRefusedException($"No snapshot of {_path} is whole: {string.Join("; ", damaged)}. Restore the "
                + "folder from a backup");
        }

        var floor = await OnDatabase(appender => appender.Use(database => database.Floor()));
        return floor.Zxid == Start.Zxid
            ? null
            : throw new LogRefusedException($"{_path} begins after zxid {floor.Zxid}, and there is no snapshot of what "
                + "was before: restore the snapshot files beside it");
    }

    private async Task ExpectContinuationAsync(string name, CoordinationState state)
    {
        var position = new LogPosition(state.LastZxid, state.ChainHash);
        try
        {
            await OnDatabase(appender => appender.Use(database =>
            {
                RefuseUnless(database, position);
                return true;
            }));
        }
        catch (LogRefusedException refusal)
        {
            throw new LogRefusedException($"{name} is not followed by the log: {refusal.Message}", refusal);
        }
    }
}
