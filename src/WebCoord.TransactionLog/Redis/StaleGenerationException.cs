using System.Diagnostics.CodeAnalysis;

namespace WebCoord.TransactionLog.Redis;

/// <summary>Redis answered, but not as the one that hands were shaken with: it is another process, another history, or
/// another instance has begun a new generation. A handshake sets that right.</summary>
[SuppressMessage("Design", "CA1064", Justification = "It never leaves the log: callers see its own exceptions.")]
internal sealed class StaleGenerationException(string why) : Exception(why);
