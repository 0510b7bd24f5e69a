using System.Collections.Frozen;
using System.Collections.Immutable;

namespace WebCoord.Server.Wire.FourLetterWords;

/// <summary>All four-letter words (zookeeper-protocol section 1.7).</summary>
internal static class FourLetterWordTable
{
    /// <summary>Stands for all words in the list of those that are answered.</summary>
    public const string Every = "*";

    /// <summary>What a Telnet client sends for its interrupt key: it wants to leave.</summary>
    public const int TelnetClose = unchecked((int)0xFFF4FFFD);

    public static ImmutableArray<FourLetterWord> All { get; } =
    [
        new("conf", EnvironmentWords.Configuration),
        new("cons", StatisticsWords.Connections),
        new("crst", StatisticsWords.ResetConnections),
        new("dirs", EnvironmentWords.DataSize),
        new("dump", SessionWords.Dump),
        new("envi", _ => EnvironmentWords.Environment()) { NeedsService = false },
        new("gtmk", _ => NoTrace) { NeedsService = false },
        new("hash", StatisticsWords.Digest),
        new("isro", report => report.IsServing ? "rw" : "null") { NeedsService = false },
        new("mntr", MonitoringWord.Gauges),
        new("ruok", _ => "imok") { NeedsService = false },
        new("srst", StatisticsWords.ResetService),
        new("srvr", StatisticsWords.Service),
        new("stat", StatisticsWords.ServiceWithConnections),
        new("stmk", _ => NoTrace) { NeedsService = false, ArgumentBytes = sizeof(long) },
        new("wchc", WatchWords.PathsBySession),
        new("wchp", WatchWords.SessionsByPath),
        new("wchs", WatchWords.Summary),
    ];

    /// <summary>Answered when the configuration names none: what looks, takes little, and changes nothing.</summary>
    public static ImmutableArray<string> Default { get; } =
        ["ruok", "srvr", "stat", "mntr", "envi", "conf", "cons", "isro", "dump", "wchs"];

    public static FrozenDictionary<int, FourLetterWord> ByNumber { get; } =
        All.ToFrozenDictionary(word => word.Number);

    /// <summary>The mask that says what is traced. Nothing can be, so setting it changes nothing.</summary>
    private static string NoTrace => "0";

    /// <summary>Whether the list of those that are answered may have it.</summary>
    public static bool IsKnown(string word) =>
        word == Every || All.Any(known => known.Name.Equals(word, StringComparison.Ordinal));
}
