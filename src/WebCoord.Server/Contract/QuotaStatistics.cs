namespace WebCoord.Server.Contract;

/// <summary>The nodes in which the service keeps how much of a quota is used. Their data changes without a new version
/// (zookeeper-protocol section 10.1), so no tag can stand for it.</summary>
internal static class QuotaStatistics
{
    public static bool Contains(string path) => path.StartsWith("/zookeeper/quota/", StringComparison.Ordinal)
        && path.EndsWith("/zookeeper_stats", StringComparison.Ordinal);
}
