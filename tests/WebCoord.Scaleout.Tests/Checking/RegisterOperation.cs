namespace WebCoord.Scaleout.Tests.Checking;

/// <summary>What a client asks of a register.</summary>
internal enum RegisterCall
{
    Read,
    Write,

    /// <summary>Writes only if the register holds what is expected.</summary>
    Swap,
}

/// <summary>What became of a call, as far as its client knows.</summary>
internal enum RegisterOutcome
{
    /// <summary>It took effect between its begin and its end.</summary>
    Done,

    /// <summary>A swap found something else than it expected.</summary>
    Refused,

    /// <summary>It takes effect at some moment after its begin, or never.</summary>
    Unknown,
}

/// <summary>One call on one register, as its client saw it. Every write of a register writes another value.</summary>
/// <param name="Client">Who called, for people.</param>
/// <param name="Value">What was read or written; null for nothing.</param>
/// <param name="Expected">What a swap expected.</param>
/// <param name="Begin">When it was sent.</param>
/// <param name="End">When it was answered; of no meaning for an unknown outcome.</param>
internal sealed record RegisterOperation(string Client, RegisterCall Call, string? Value, string? Expected,
    RegisterOutcome Outcome, long Begin, long End)
{
    /// <summary>Until when it must have taken effect.</summary>
    public long Deadline => Outcome == RegisterOutcome.Unknown ? long.MaxValue : End;

    /// <summary>Whether it fits a register that holds a value, and what the register holds after it.</summary>
    public bool TryApply(RegisterState state, out RegisterState next)
    {
        next = state;
        switch (Call, Outcome)
        {
            case (RegisterCall.Read, _):
                next = new RegisterState(true, Value);
                return state.MayHold(Value);
            case (RegisterCall.Write, _):
                next = new RegisterState(true, Value);
                return true;
            case (RegisterCall.Swap, RegisterOutcome.Refused):
                return !state.MustHold(Expected);
            default:
                next = new RegisterState(true, Value);
                return state.MayHold(Expected);
        }
    }
}

/// <summary>What a register holds, if that is known.</summary>
internal readonly record struct RegisterState(bool IsKnown, string? Value)
{
    /// <summary>Anything may be in it: nobody has looked.</summary>
    public static RegisterState Unknown { get; }

    public static RegisterState Empty { get; } = new(true, null);

    public bool MayHold(string? value) => !IsKnown || Value == value;

    public bool MustHold(string? value) => IsKnown && Value == value;
}
