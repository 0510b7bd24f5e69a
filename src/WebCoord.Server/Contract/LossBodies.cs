using WebCoord.TransactionLog;

namespace WebCoord.Server.Contract;

/// <summary>What the service goes on from after its log was lost.</summary>
internal enum KeptPart
{
    /// <summary>The state that the instance still has.</summary>
    State = LossAcceptance.KeepState,

    /// <summary>What is in the log.</summary>
    Log = LossAcceptance.KeepLog,
}

/// <summary>How to go on after the log was lost.</summary>
internal sealed record AcceptLossBody
{
    /// <summary><c>state</c>: from what this instance still has; <c>log</c>: from what is in the log instead.</summary>
    public KeptPart? Keep { get; init; }
}

/// <summary>A loss that was accepted.</summary>
internal sealed record LossAcceptedBody
{
    /// <summary>What the service goes on from.</summary>
    public required KeptPart Keep { get; init; }

    /// <summary>The last zxid of the state that this instance had.</summary>
    public required string Zxid { get; init; }
}
