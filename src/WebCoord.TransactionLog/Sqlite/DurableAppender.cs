using System.Diagnostics.CodeAnalysis;

namespace WebCoord.TransactionLog.Sqlite;

/// <summary>
/// Appends to the data file, and keeps its head straight when that fails: a connection that met an error is closed, and
/// the head is read again through a new one before anything else is written. Used on the database thread alone.
/// </summary>
internal sealed class DurableAppender(string path, LogDatabase opened, LogTail tail, TimeProvider time,
    long incarnation) : IDisposable
{
    /// <summary>Null while the file cannot be opened.</summary>
    private LogDatabase? _database = opened;

    /// <summary>The entry of which nobody can tell whether it is in the file; null when there is none.</summary>
    private Core.LogEntry? _inDoubt;

    /// <summary>Called before and after the insertion of an entry; tests throw from it what SQLite might.</summary>
    internal Action<bool>? Fault { get; set; }

    public void Dispose() => Disconnect();

    /// <summary>Appends a batch after the head.</summary>
    /// <exception cref="LogUnavailableException">It did not happen, or that is not known.</exception>
    public Core.LogEntry Append(Batch batch)
    {
        var database = Connected();
        var entry = batch.EntryAfter(tail.Head, time.GetUtcNow().ToUnixTimeMilliseconds(), incarnation);
        try
        {
            Fault?.Invoke(false);
            database.Insert(entry, batch.Payload);
            Fault?.Invoke(true);
        }
        catch (SqliteFailureException failure)
        {
            _inDoubt = entry;
            if (!IsInFile(database, failure))
            {
                throw Unavailable(failure, outcomeKnown: true);
            }

            return entry;
        }

        tail.Add(entry);
        return entry;
    }

    /// <summary>Does other work on the database. A connection that fails at it is used no more, unless the disk is
    /// merely full.</summary>
    /// <exception cref="LogUnavailableException">There is no connection; nothing was done.</exception>
    /// <exception cref="SqliteFailureException">The work failed.</exception>
    public T Use<T>(Func<LogDatabase, T> work)
    {
        var database = Connected();
        try
        {
            return work(database);
        }
        catch (SqliteFailureException failure) when (!failure.IsFull)
        {
            Disconnect();
            throw;
        }
    }

    /// <summary>The connection, made anew if it was lost.</summary>
    private LogDatabase Connected()
    {
        if (_database is not null)
        {
            return _database;
        }

        try
        {
            Reconnect();
            return _database;
        }
        catch (Exception failure) when (failure is SqliteFailureException or LogRefusedException)
        {
            Disconnect();
            throw Unavailable(failure, outcomeKnown: true);
        }
    }

    /// <summary>Whether the entry in doubt got into the file after all.</summary>
    private bool IsInFile(LogDatabase database, SqliteFailureException failure)
    {
        if (failure.IsFull && IsUnchanged(database))
        {
            // The usual full disk: the transaction was rolled back, and the connection is as good as before.
            _inDoubt = null;
            return false;
        }

        var head = tail.Head;
        try
        {
            Disconnect();
            Reconnect();
            return tail.Head != head;
        }
        catch (Exception second) when (second is SqliteFailureException or LogRefusedException)
        {
            Disconnect();
            throw Unavailable(failure, outcomeKnown: false);
        }
    }

    private bool IsUnchanged(LogDatabase database)
    {
        try
        {
            database.RollBack();
            return HeadOf(database) == tail.Head;
        }
        catch (SqliteFailureException)
        {
            return false;
        }
    }

    /// <summary>Opens the file again and settles what was in doubt: if the entry is there, a checkpoint synchronises
    /// all of the file, and only then it counts; if it is not, its transaction never committed and never
    /// will.</summary>
    [MemberNotNull(nameof(_database))]
    private void Reconnect()
    {
        _database = LogDatabase.Open(path);
        var last = _database.Last();
        var head = last?.Position ?? _database.Floor();
        if (_inDoubt is { } doubt && last is not null && last.Incarnation == doubt.Incarnation
            && last.Sequence == doubt.Sequence && last.ChainHash == doubt.ChainHash)
        {
            _database.Checkpoint();
            tail.Add(doubt);
        }
        else if (head != tail.Head)
        {
            throw new LogRefusedException($"{path} ended at zxid {tail.Head.Zxid} and now ends at {head.Zxid}: entries "
                + "were lost or added behind this process; restart it once the file is restored");
        }

        _inDoubt = null;
    }

    private void Disconnect()
    {
        _database?.Dispose();
        _database = null;
    }

    private static LogPosition HeadOf(LogDatabase database) => database.Last()?.Position ?? database.Floor();

    private LogUnavailableException Unavailable(Exception cause, bool outcomeKnown) =>
        new($"The log {path} cannot be written: {cause.Message}.", outcomeKnown, cause);
}
