using System.Collections.Immutable;

namespace WebCoord.Core;

/// <summary>
/// The only door into the state: entries of the log go in, in order, and states, results and changes come out, the same
/// on every instance and at every restart. It has no clock, no I/O, no randomness and no threads.
/// </summary>
public sealed class StateMachine(CoordinationState state)
{
    /// <summary>The state after the last entry applied.</summary>
    public CoordinationState State { get; private set; } = state;

    /// <summary>Applies the next entry of the log.</summary>
    /// <returns>One result per request, in order.</returns>
    public ImmutableArray<ApplyResult> Apply(LogEntry entry)
    {
        State = State with { LastZxid = entry.LastZxid };
        return [];
    }
}
