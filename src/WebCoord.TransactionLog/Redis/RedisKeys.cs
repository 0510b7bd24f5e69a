using StackExchange.Redis;

namespace WebCoord.TransactionLog.Redis;

/// <summary>
/// The keys of one service. All carry the prefix in braces, the hash tag by which a Redis Cluster keeps them in one
/// slot, so that scripts may use them together.
/// </summary>
internal sealed class RedisKeys(string prefix)
{
    /// <summary>What every key of the service begins with.</summary>
    public string Tag { get; } = $"{{{prefix}}}";

    /// <summary>A hash of what the log is and how far it goes: see <c>chain.lua</c>.</summary>
    public RedisKey Head => $"{Tag}:head";

    /// <summary>The stream of the entries. The id of an entry is epoch and counter of its last zxid.</summary>
    public RedisKey Log => $"{Tag}:log";

    /// <summary>A hash: how far each incarnation has come, and whether it is retired.</summary>
    public RedisKey Appenders => $"{Tag}:appenders";

    /// <summary>A hash: the snapshots that count.</summary>
    public RedisKey Snapshots => $"{Tag}:snapshots";

    /// <summary>Who is writing a snapshot at the moment.</summary>
    public RedisKey SnapshotClaim => $"{Tag}:snapshot-claim";

    /// <summary>The channel on which each append tells of itself.</summary>
    public string Hint => $"{Tag}:hint";

    /// <summary>For people: what makes room for a log that begins anew.</summary>
    public string Clearing => $"rename or delete the keys {Head}, {Log}, {Appenders} and {Snapshots}";

    /// <summary>A chunk of an attempt to save a snapshot.</summary>
    public RedisKey SnapshotChunk(string attempt, int index) => $"{Tag}:snapshot:{attempt}:{index}";
}
