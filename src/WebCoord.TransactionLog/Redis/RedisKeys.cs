using StackExchange.Redis;

namespace WebCoord.TransactionLog.Redis;

/// <summary>
/// The keys of one service. All carry the prefix in braces, the hash tag by which a Redis Cluster keeps them in one
/// slot, so that scripts may use them together.
/// </summary>
internal sealed class RedisKeys(string prefix)
{
    private readonly string _tag = $"{{{prefix}}}";

    /// <summary>What every key of the service begins with.</summary>
    public string Tag => _tag;

    /// <summary>A hash of what the log is and how far it goes: see <c>chain.lua</c>.</summary>
    public RedisKey Head => $"{_tag}:head";

    /// <summary>The stream of the entries. The id of an entry is epoch and counter of its last zxid.</summary>
    public RedisKey Log => $"{_tag}:log";

    /// <summary>A hash: how far each incarnation that is not retired has come.</summary>
    public RedisKey Appenders => $"{_tag}:appenders";

    /// <summary>A hash: the snapshots that count.</summary>
    public RedisKey Snapshots => $"{_tag}:snapshots";

    /// <summary>Who is writing a snapshot at the moment.</summary>
    public RedisKey SnapshotClaim => $"{_tag}:snapshot-claim";

    /// <summary>The channel on which each append tells of itself.</summary>
    public string Hint => $"{_tag}:hint";

    /// <summary>A chunk of an attempt to save a snapshot.</summary>
    public RedisKey SnapshotChunk(string attempt, int index) => $"{_tag}:snapshot:{attempt}:{index}";
}
