namespace WebCoord.TransactionLog;

/// <summary>What the log holds is from a newer version of WebCoord than this: the process must be upgraded, and trying
/// again is in vain.</summary>
public sealed class LogTooNewException(string message, Exception? inner = null) : LogRefusedException(message, inner);
