using WebCoord.Core;

namespace WebCoord.TransactionLog;

/// <summary>A place in the log: the last zxid of an entry and its chain hash.</summary>
public readonly record struct LogPosition(Zxid Zxid, string ChainHash)
{
    /// <summary>The place of an entry.</summary>
    public static LogPosition Of(LogEntry entry) => new(entry.LastZxid, entry.ChainHash);

    /// <summary>The place that a state goes by: that of the last entry applied to it.</summary>
    public static LogPosition Of(CoordinationState state) => new(state.LastZxid, state.ChainHash);

    /// <summary>Before the first entry.</summary>
    public static LogPosition Start { get; } = new(Zxid.None, Core.Commands.ChainHash.Start);
}
