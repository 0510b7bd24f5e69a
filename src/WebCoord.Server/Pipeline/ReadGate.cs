using WebCoord.Core;

namespace WebCoord.Server.Pipeline;

/// <summary>How fresh a read must be.</summary>
/// <param name="Local">Answer from what this instance has, without asking the log for its head.</param>
/// <param name="MinZxid">Wait until this zxid is applied.</param>
internal readonly record struct Freshness(bool Local, Zxid MinZxid);

/// <summary>The state to answer a read from, or why there is none.</summary>
internal readonly record struct ReadView(ErrorCode Error, string? Detail, CoordinationState State);

/// <summary>
/// Holds a read until this instance has applied all that the read must see. With a log of its own, an instance answers
/// a write only after publishing its state, so every published state is already linearizable; what remains to wait for
/// is the zxid that a client brought from elsewhere.
/// </summary>
internal sealed class ReadGate(Applier applier)
{
    /// <summary>How long a read waits for a zxid before it is refused with <see cref="ErrorCode.ReplicaBehind"/>.
    /// </summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    public async ValueTask<ReadView> ReadAsync(Freshness freshness, CancellationToken cancellationToken)
    {
        if (freshness.MinZxid <= applier.State.LastZxid
            || await applier.WaitForAsync(freshness.MinZxid, MaxWait, cancellationToken))
        {
            return new ReadView(ErrorCode.Ok, null, applier.State);
        }

        var state = applier.State;
        var detail = $"This instance has applied zxid {state.LastZxid}, not yet {freshness.MinZxid} as "
            + "WebCoord-Min-Zxid asks; try again, or ask another instance.";
        return new ReadView(ErrorCode.ReplicaBehind, detail, state);
    }
}
