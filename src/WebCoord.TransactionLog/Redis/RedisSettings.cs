namespace WebCoord.TransactionLog.Redis;

/// <summary>The settings of a Redis by which it keeps its data, as it has them at the moment.</summary>
internal sealed record RedisSettings(string AppendOnly, string AppendFsync, string NoFsyncOnRewrite,
    string MaxMemoryPolicy);
