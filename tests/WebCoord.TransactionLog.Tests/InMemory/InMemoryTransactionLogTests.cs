using WebCoord.TransactionLog.InMemory;

namespace WebCoord.TransactionLog.Tests.InMemory;

public sealed class InMemoryTransactionLogTests : TransactionLogContract
{
    protected override ITransactionLog Make(LogPosition start) =>
        new InMemoryTransactionLog(TimeProvider.System, 7, start);
}
