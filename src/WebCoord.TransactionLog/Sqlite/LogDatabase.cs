using SQLitePCL;
using WebCoord.Core;

namespace WebCoord.TransactionLog.Sqlite;

/// <summary>
/// One exclusive connection to the data file: one row per entry, and one for the floor, the position after which the
/// entries begin. Used by one thread at a time. After any failure but a full disk it is not to be trusted: dispose of
/// it and open another.
/// </summary>
internal sealed class LogDatabase : IDisposable
{
    /// <summary>The version of the schema.</summary>
    public const int Format = 1;

    /// <summary>Marks an SQLite file as a log of WebCoord: "WebC".</summary>
    private const int ApplicationId = 0x57656243;

    private readonly sqlite3 _connection;
    private readonly Statement _insert;
    private readonly Statement _last;
    private readonly Statement _at;
    private readonly Statement _after;
    private readonly Statement _floor;
    private readonly Statement _setFloor;
    private readonly Statement _oldest;
    private readonly Statement _delete;

    private LogDatabase(sqlite3 connection)
    {
        const string columns = "last_zxid, count, timestamp_ms, incarnation, sequence, chain_hash, payload";
        _connection = connection;
        _insert = new Statement(connection, $"INSERT INTO entries ({columns}, format) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        _last = new Statement(connection, $"SELECT {columns} FROM entries ORDER BY last_zxid DESC LIMIT 1");
        _at = new Statement(connection, "SELECT chain_hash FROM entries WHERE last_zxid = ?");
        _after = new Statement(connection, $"SELECT {columns} FROM entries WHERE last_zxid > ? ORDER BY last_zxid");
        _floor = new Statement(connection, "SELECT zxid, chain_hash FROM floor");
        _setFloor = new Statement(connection, "UPDATE floor SET zxid = ?, chain_hash = ?");
        _oldest = new Statement(connection,
            "SELECT last_zxid, chain_hash, length(payload) FROM entries WHERE last_zxid <= ? "
            + "ORDER BY last_zxid LIMIT ?");
        _delete = new Statement(connection, "DELETE FROM entries WHERE last_zxid <= ?");
    }

    /// <summary>Called before a deletion commits; tests throw from it what SQLite might.</summary>
    internal Action? TrimFault { get; set; }

    /// <summary>Makes the file of an empty log.</summary>
    public static void Create(string path, LogPosition start)
    {
        using var connection = Connect(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        Execute(connection, "PRAGMA synchronous = FULL");
        Execute(connection, "BEGIN IMMEDIATE");
        Execute(connection, $"PRAGMA application_id = {ApplicationId}");
        Execute(connection, $"PRAGMA user_version = {Format}");
        Execute(connection, """
            CREATE TABLE entries (last_zxid INTEGER PRIMARY KEY, count INTEGER NOT NULL,
                timestamp_ms INTEGER NOT NULL, incarnation INTEGER NOT NULL, sequence INTEGER NOT NULL,
                chain_hash TEXT NOT NULL, format INTEGER NOT NULL, payload BLOB NOT NULL) STRICT
            """);
        Execute(connection, "CREATE TABLE floor (zxid INTEGER NOT NULL, chain_hash TEXT NOT NULL) STRICT");
        Execute(connection, $"INSERT INTO floor VALUES ({start.Zxid}, '{start.ChainHash}')");
        Execute(connection, "COMMIT");
    }

    /// <summary>Opens the file for this process alone.</summary>
    /// <exception cref="SqliteFailureException">SQLite refuses: it is in use, damaged, out of reach.</exception>
    /// <exception cref="LogRefusedException">It is no log, or one of a newer format.</exception>
    public static LogDatabase Open(string path)
    {
        var connection = Connect(path, raw.SQLITE_OPEN_READWRITE);
        try
        {
            Execute(connection, "PRAGMA locking_mode = EXCLUSIVE");
            CheckFormat(connection, path);
            Execute(connection, "PRAGMA journal_mode = WAL");

            // One fsync of the journal per commit. A checkpoint, every 16 MiB, writes back into the file; what a large
            // transaction made of the journal is given back after it.
            Execute(connection, "PRAGMA synchronous = FULL");
            Execute(connection, "PRAGMA wal_autocheckpoint = 4000");
            Execute(connection, "PRAGMA journal_size_limit = 67108864");
            Execute(connection, "BEGIN EXCLUSIVE");
            Execute(connection, "COMMIT");
            return new LogDatabase(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _insert.Dispose();
        _last.Dispose();
        _at.Dispose();
        _after.Dispose();
        _floor.Dispose();
        _setFloor.Dispose();
        _oldest.Dispose();
        _delete.Dispose();
        _connection.Dispose();
    }

    /// <summary>What SQLite finds wrong with the structure of the file; null when nothing.</summary>
    public string? FindDamage()
    {
        using var check = new Statement(_connection, "PRAGMA quick_check(1)");
        var finding = check.Step() ? check.Text(0) : "nothing was checked";
        return finding == "ok" ? null : finding;
    }

    /// <summary>Inserts an entry; durable when this returns.</summary>
    public void Insert(LogEntry entry, ReadOnlySpan<byte> payload) => _insert
        .Bind(1, entry.LastZxid.Value).Bind(2, entry.Requests.Length).Bind(3, entry.TimestampMs)
        .Bind(4, entry.Incarnation).Bind(5, entry.Sequence).Bind(6, entry.ChainHash).Bind(7, payload)
        .Bind(8, payload[0]).Run();

    /// <summary>The last entry; null when there is none after the floor.</summary>
    public StoredEntry? Last() => Read(_last, Current, null);

    public LogPosition Floor() => Read(_floor, row => new LogPosition(new Zxid(row.Number(0)), row.Text(1)),
        LogPosition.Start);

    /// <summary>The chain hash of the entry that ends with a zxid; null when there is none.</summary>
    public string? ChainHashAt(Zxid zxid) => Read(_at.Bind(1, zxid.Value), row => row.Text(0), null);

    /// <summary>The entries after a zxid, in order, until they have some number of bytes.</summary>
    public List<StoredEntry> After(Zxid zxid, int bytes)
    {
        var entries = new List<StoredEntry>();
        try
        {
            _after.Bind(1, zxid.Value);
            while (bytes > 0 && _after.Step())
            {
                var entry = Current(_after);
                bytes -= entry.Payload.Length;
                entries.Add(entry);
            }
        }
        finally
        {
            _after.Reset();
        }

        return entries;
    }

    /// <summary>Deletes some of the oldest entries up to a zxid; a bounded number, so that it is over soon.</summary>
    /// <returns>Whether there are more to delete.</returns>
    public bool DeleteSomeThrough(Zxid zxid)
    {
        const int mostEntries = 256;
        const int enoughBytes = 1 << 20;
        LogPosition? through = null;
        var bytes = 0L;
        try
        {
            _oldest.Bind(1, zxid.Value).Bind(2, mostEntries);
            while (bytes < enoughBytes && _oldest.Step())
            {
                through = new LogPosition(new Zxid(_oldest.Number(0)), _oldest.Text(1));
                bytes += _oldest.Number(2);
            }
        }
        finally
        {
            _oldest.Reset();
        }

        if (through is not { } floor)
        {
            return false;
        }

        Execute(_connection, "BEGIN IMMEDIATE");
        try
        {
            _delete.Bind(1, floor.Zxid.Value).Run();
            _setFloor.Bind(1, floor.Zxid.Value).Bind(2, floor.ChainHash).Run();
            TrimFault?.Invoke();
            Execute(_connection, "COMMIT");
        }
        catch
        {
            RollBack();
            throw;
        }

        return true;
    }

    /// <summary>Moves the journal into the file and empties it, everything synchronised: what was in doubt is settled
    /// after that.</summary>
    public void Checkpoint()
    {
        using var checkpoint = new Statement(_connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        if (checkpoint.Step() && checkpoint.Number(0) != 0)
        {
            throw new SqliteFailureException(raw.SQLITE_BUSY, "the journal could not be moved into the file");
        }
    }

    /// <summary>Ends a transaction that a failure left open.</summary>
    public void RollBack()
    {
        if (raw.sqlite3_get_autocommit(_connection) == 0)
        {
            Execute(_connection, "ROLLBACK");
        }
    }

    /// <summary>Lets the file grow no further, as if the disk were full; 0 lifts the limit. For tests.</summary>
    internal void LimitPages(long pages) =>
        Execute(_connection, $"PRAGMA max_page_count = {(pages == 0 ? 4_294_967_294 : pages)}");

    private static sqlite3 Connect(string path, int flags)
    {
        Batteries_V2.Init();
        var code = raw.sqlite3_open_v2(path, out var connection, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            var message = raw.sqlite3_errmsg(connection).utf8_to_string();
            connection.Dispose();
            throw new SqliteFailureException(code, message);
        }

        _ = raw.sqlite3_extended_result_codes(connection, 1);
        return connection;
    }

    private static void CheckFormat(sqlite3 connection, string path)
    {
        var format = ReadNumber(connection, "PRAGMA user_version");
        if (ReadNumber(connection, "PRAGMA application_id") != ApplicationId || format == 0)
        {
            throw new LogRefusedException($"{path} is an SQLite file, but no log of WebCoord: name another data file");
        }

        if (format > Format)
        {
            throw new LogTooNewException(new UnknownFormatException(path, (int)format, Format).Message);
        }
    }

    private static long ReadNumber(sqlite3 connection, string sql)
    {
        using var statement = new Statement(connection, sql);
        return statement.Step() ? statement.Number(0) : 0;
    }

    private static void Execute(sqlite3 connection, string sql)
    {
        using var statement = new Statement(connection, sql);
        statement.Run();
    }

    private static StoredEntry Current(Statement row) => new(new Zxid(row.Number(0)), (int)row.Number(1), row.Number(2),
        row.Number(3), row.Number(4), row.Text(5), row.Bytes(6));

    private static T Read<T>(Statement statement, Func<Statement, T> row, T otherwise)
    {
        try
        {
            return statement.Step() ? row(statement) : otherwise;
        }
        finally
        {
            statement.Reset();
        }
    }
}
