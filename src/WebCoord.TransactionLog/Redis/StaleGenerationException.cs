namespace WebCoord.TransactionLog.Redis;

/// <summary>Redis answered, but not as the one that hands were shaken with: it is another process, another history, or
/// another instance has begun a new generation. A handshake sets that right.</summary>
internal sealed class StaleGenerationException(string why) : Exception(why);
