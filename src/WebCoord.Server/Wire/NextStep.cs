namespace WebCoord.Server.Wire;

/// <summary>What must happen before the next request can be taken.</summary>
internal enum NextStep
{
    /// <summary>Nothing but to pass on the replies.</summary>
    Go,

    /// <summary>More must arrive.</summary>
    Receive,

    /// <summary>The writes under way must have their replies.</summary>
    FinishWrites,

    /// <summary>The queue of the log must have room.</summary>
    AwaitRoom,

    /// <summary>The head of the log must be applied here.</summary>
    Sync,

    /// <summary>Whether this instance may say that the session lives must be judged.</summary>
    Vouch,

    /// <summary>The connection ends once all replies are sent.</summary>
    End,
}
