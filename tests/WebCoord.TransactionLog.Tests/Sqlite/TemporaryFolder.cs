using WebCoord.TransactionLog.Sqlite;

namespace WebCoord.TransactionLog.Tests.Sqlite;

/// <summary>A folder of its own, gone with the test, and a log in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Name { get; } = Directory.CreateTempSubdirectory("webcoord-log-").FullName;

    public string DataFile => Path.Combine(Name, "data", "webcoord.db");

    public string Journal => DataFile + "-wal";

    public string Lock => DataFile + ".lock";

    /// <summary>Opens the log as the process of that incarnation.</summary>
    public async Task<SqliteTransactionLog> OpenAsync(long incarnation = 7)
    {
        var log = new SqliteTransactionLog(TimeProvider.System, incarnation, DataFile);
        try
        {
            await log.OpenAsync(CancellationToken.None);
            return log;
        }
        catch
        {
            await log.DisposeAsync();
            throw;
        }
    }

    /// <summary>The folder as a crash at this moment would leave it.</summary>
    public TemporaryFolder Copy()
    {
        var copy = new TemporaryFolder();
        Directory.CreateDirectory(Path.GetDirectoryName(copy.DataFile)!);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(DataFile)!).Where(name => name != Lock))
        {
            File.Copy(file, Path.Combine(Path.GetDirectoryName(copy.DataFile)!, Path.GetFileName(file)));
        }

        return copy;
    }

    public string Snapshot(long zxid) => $"{DataFile}.snapshot-{zxid:x16}";

    public void Dispose() => Directory.Delete(Name, recursive: true);
}
