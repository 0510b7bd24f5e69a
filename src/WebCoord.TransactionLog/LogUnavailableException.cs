namespace WebCoord.TransactionLog;

/// <summary>The log did not do what it was asked.</summary>
/// <param name="outcomeKnown">Of an append. True: the batch is not in the log and never will be. False: nobody can
/// tell.</param>
public sealed class LogUnavailableException(string message, bool outcomeKnown, Exception? inner = null)
    : Exception(message, inner)
{
    public bool OutcomeKnown { get; } = outcomeKnown;

    /// <summary>True: the log is empty or another one where this process has read entries. It takes nothing until a
    /// person decides (<see cref="ITransactionLog.AcceptLossAsync"/>).</summary>
    public bool IsLost { get; init; }

    /// <summary>True: the log answers and can be read, but takes nothing at present, for want of memory for
    /// example.</summary>
    public bool RefusesWrites { get; init; }
}
