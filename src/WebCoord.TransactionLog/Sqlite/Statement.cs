using SQLitePCL;

namespace WebCoord.TransactionLog.Sqlite;

/// <summary>A prepared statement, used again and again: bind, step, read, reset.</summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;

    public Statement(sqlite3 connection, string sql)
    {
        _connection = connection;
        Check(raw.sqlite3_prepare_v2(connection, sql, out _statement));
    }

    public void Dispose() => _statement.Dispose();

    /// <summary>Parameters are counted from 1.</summary>
    public Statement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, string value)
    {
        Check(raw.sqlite3_bind_text(_statement, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(_statement, parameter, value));
        return this;
    }

    /// <summary>Goes to the next row; false when there is none.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw Failure();
        }

        return code == raw.SQLITE_ROW;
    }

    /// <summary>Runs to the end and is ready for the next use, also after a failure.</summary>
    public void Run()
    {
        try
        {
            while (Step())
            {
                // Rows of a statement that is run for its effect say nothing.
            }
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Columns are counted from 0.</summary>
    public long Number(int column) => raw.sqlite3_column_int64(_statement, column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    /// <summary>Lets go of the row and of what was bound. Its code is that of the last step, which was looked
    /// at.</summary>
    public void Reset()
    {
        _ = raw.sqlite3_reset(_statement);
        _ = raw.sqlite3_clear_bindings(_statement);
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Failure();
        }
    }

    private SqliteFailureException Failure() =>
        new(raw.sqlite3_extended_errcode(_connection), raw.sqlite3_errmsg(_connection).utf8_to_string());
}
