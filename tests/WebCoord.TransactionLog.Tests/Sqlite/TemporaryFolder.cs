namespace WebCoord.TransactionLog.Tests.Sqlite;

/// <summary>A folder of its own, gone with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Name { get; } = Directory.CreateTempSubdirectory("webcoord-log-").FullName;

    public string DataFile => Path.Combine(Name, "data", "webcoord.db");

    public void Dispose() => Directory.Delete(Name, recursive: true);
}
