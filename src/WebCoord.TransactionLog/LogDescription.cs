namespace WebCoord.TransactionLog;

/// <summary>How safe an acknowledged write is.</summary>
public enum Durability
{
    /// <summary>Lost with the process.</summary>
    None = 0,

    /// <summary>On disk within about a second.</summary>
    EverySecond = 1,

    /// <summary>On disk before it is acknowledged.</summary>
    Fsync = 2,

    /// <summary>Nobody can tell: the log does not show its configuration.</summary>
    Unknown = 3,
}

/// <summary>What a log is and promises.</summary>
/// <param name="Kind"><c>memory</c>, <c>sqlite</c> or <c>redis</c>.</param>
/// <param name="Location">Where it is, for people.</param>
/// <param name="IsShared">Whether other processes may append to it at the same time.</param>
public sealed record LogDescription(string Kind, string Location, Durability Durability, bool IsShared = false);
