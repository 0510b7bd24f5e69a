using WebCoord.TransactionLog.Sqlite;

namespace WebCoord.TransactionLog.Tests.Sqlite;

public sealed class SqliteTransactionLogTests : TransactionLogContract
{
    private readonly TemporaryFolder _folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override ITransactionLog Make(LogPosition start) =>
        new SqliteTransactionLog(TimeProvider.System, 7, Path.Combine(_folder.Name, $"{start.Zxid}.db"))
        {
            Start = start,
        };
}
