namespace WebCoord.TransactionLog;

/// <summary>The refusals that all logs have in common.</summary>
internal static class Refusals
{
    public static LogTrimmedException Trimmed(string location, LogPosition position, LogPosition floor) =>
        new($"{location}: the entries after zxid {position.Zxid} were trimmed, the log begins after {floor.Zxid}; "
            + "load the newest snapshot and read on from there");

    public static LogRefusedException NotLost(string location) =>
        new($"{location} is not lost: it holds the entries that this process has read");

    public static LogRefusedException Foreign(string location, LogPosition position) =>
        new($"{location}: there is no position of zxid {position.Zxid} with the chain hash {position.ChainHash} in "
            + "this log; whoever holds it read another log, or this log was replaced by an older copy of itself");
}
