namespace WebCoord.TransactionLog;

/// <summary>The entries after a position were trimmed, because a snapshot covers them. Whoever reads a shared log loads
/// that and reads on from there; nothing was lost.</summary>
public sealed class LogTrimmedException(string message) : LogRefusedException(message);
