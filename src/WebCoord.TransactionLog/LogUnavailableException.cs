namespace WebCoord.TransactionLog;

/// <summary>An append failed.</summary>
/// <param name="outcomeKnown">True: the batch is not in the log and never will be. False: nobody can tell.</param>
public sealed class LogUnavailableException(string message, bool outcomeKnown, Exception? inner = null)
    : Exception(message, inner)
{
    public bool OutcomeKnown { get; } = outcomeKnown;
}
