namespace WebCoord.TransactionLog;

/// <summary>The log cannot be used as it is; a person must act. The message says what is wrong, where, and what to
/// do.</summary>
public class LogRefusedException(string message, Exception? inner = null) : Exception(message, inner);
