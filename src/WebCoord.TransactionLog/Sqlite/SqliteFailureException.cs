using System.Diagnostics.CodeAnalysis;
using SQLitePCL;

namespace WebCoord.TransactionLog.Sqlite;

/// <summary>SQLite said no.</summary>
/// <param name="code">Its extended result code.</param>
[SuppressMessage("Design", "CA1064", Justification = "It never leaves the log: callers see its own exceptions.")]
internal sealed class SqliteFailureException(int code, string message) : Exception($"{message} (SQLite code {code})")
{
    private int PrimaryCode => code & 0xFF;

    public bool IsBusy => PrimaryCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    public bool IsFull => PrimaryCode is raw.SQLITE_FULL;

    public bool IsDamage => PrimaryCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;
}
