using System.Globalization;
using StackExchange.Redis;
using WebCoord.Core;

namespace WebCoord.TransactionLog.Redis;

/// <summary>The answer of a script: a status and what goes with it.</summary>
internal readonly struct RedisReply(RedisResult result)
{
    private readonly RedisResult[] _fields = (RedisResult[])result;

    public string Status => Text(0);

    public string Text(int index) => (string)_fields[index] ?? "";

    public long Number(int index) => long.Parse(Text(index), CultureInfo.InvariantCulture);

    /// <summary>Epoch, counter and hash, from an index on.</summary>
    public LogPosition Position(int index) => new(ZxidOf(Text(index), Text(index + 1)), Text(index + 2));

    public ChainPlace Place(int index) => Text(index) switch
    {
        "ON" => ChainPlace.On,
        "BELOW" => ChainPlace.Below,
        "NOT" => ChainPlace.Absent,
        _ => ChainPlace.Unasked,
    };

    /// <summary>The arguments that scripts take for a position.</summary>
    public static RedisValue[] Arguments(LogPosition position) =>
        [position.Zxid.Epoch, position.Zxid.Counter.ToString(CultureInfo.InvariantCulture), position.ChainHash];

    /// <summary>The id that an entry has in the stream.</summary>
    public static string IdOf(Zxid last) =>
        string.Create(CultureInfo.InvariantCulture, $"{last.Epoch}-{last.Counter}");

    public static Zxid ZxidOf(string id)
    {
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        return ZxidOf(id[..dash], id[(dash + 1)..]);
    }

    private static Zxid ZxidOf(string epoch, string counter) => Zxid.Create(
        int.Parse(epoch, CultureInfo.InvariantCulture), uint.Parse(counter, CultureInfo.InvariantCulture));
}

/// <summary>Where a position stands in a log.</summary>
internal enum ChainPlace
{
    /// <summary>There was no position to look for.</summary>
    Unasked,

    /// <summary>On its chain.</summary>
    On,

    /// <summary>Before its first entry: snapshots cover it.</summary>
    Below,

    /// <summary>Nowhere: it was in the log and was lost, or it is of another log.</summary>
    Absent,
}
