using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis;

namespace WebCoord.TransactionLog.Redis;

/// <summary>Redis answers, but refuses what would add to its data: it certainly did not happen, and reading goes on.
/// </summary>
[SuppressMessage("Design", "CA1064", Justification = "It never leaves the log: callers see its own exceptions.")]
internal sealed class WritesRefusedException(string why, Exception? cause = null) : Exception(why, cause)
{
    /// <summary>Redis refuses before the first write of a script, never after it.</summary>
    /// <returns>Null if the failure is another one.</returns>
    public static WritesRefusedException? Of(Exception failure)
    {
        var remedy = failure is not RedisServerException ? null : failure.Message.Split(' ')[0] switch
        {
            "OOM" => "its memory is full; give it more (CONFIG SET maxmemory, and maxmemory in its redis.conf)",
            "NOREPLICAS" => "it has fewer replicas than it must (min-replicas-to-write); bring them back",
            "MISCONF" => "it cannot save to its disk; see what its log says and make room there",
            _ => null,
        };
        return remedy is null ? null : new WritesRefusedException($"{remedy}. It says: {failure.Message}", failure);
    }
}
