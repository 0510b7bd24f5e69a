namespace WebCoord.TransactionLog;

/// <summary>The log went back: entries that were acknowledged are in it no more. Whoever applied them has to drop their
/// state, load the newest snapshot and read on from there.</summary>
public sealed class LogRegressedException(string message) : Exception(message);
