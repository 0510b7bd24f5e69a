namespace WebCoord.TransactionLog;

/// <summary>How to go on after the log was lost (<see cref="ITransactionLog.AcceptLossAsync"/>).</summary>
public enum LossAcceptance
{
    /// <summary>From the state that this process still has; the log must be empty.</summary>
    KeepState = 0,

    /// <summary>From what is in the log, though it is another one; this process gives up its state.</summary>
    KeepLog = 1,
}
