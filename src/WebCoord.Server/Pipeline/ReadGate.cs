using WebCoord.Core;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>How fresh a read must be.</summary>
/// <param name="Local">Answer from what this instance has, without asking the log for its head.</param>
/// <param name="MinZxid">Wait until this zxid is applied.</param>
internal readonly record struct Freshness(bool Local, Zxid MinZxid);

/// <summary>The state to answer a read from, or why there is none.</summary>
internal readonly record struct ReadView(ErrorCode Error, string? Detail, CoordinationState State);

/// <summary>
/// Holds a read until this instance has applied all that the read must see. With a log of its own, an instance answers
/// a write only after publishing its state, so every published state is already linearizable. A shared log is asked for
/// its head after the read came, and what was in it then is waited for. On top of that comes the zxid that a client
/// brought from elsewhere.
/// </summary>
internal sealed class ReadGate(ITransactionLog log, Applier applier, HeadLook look, LogHealth health)
{
    /// <summary>How long a read waits for a zxid before it is refused with <see cref="ErrorCode.ReplicaBehind"/>.
    /// </summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    public async ValueTask<ReadView> ReadAsync(Freshness freshness, CancellationToken cancellationToken)
    {
        var needed = freshness.MinZxid;
        if (applier.State.IsLost(needed))
        {
            return Lost(needed);
        }

        if (!freshness.Local && log.Description.IsShared)
        {
            try
            {
                var head = await look.AfterNowAsync().WaitAsync(cancellationToken);
                needed = head.Zxid > needed ? head.Zxid : needed;
            }
            catch (LogUnavailableException failure)
            {
                return Unavailable(failure.IsLost ? ErrorCode.LogLost : ErrorCode.LogUnavailable, failure.Message);
            }

            if (health.IsHeld)
            {
                return Unavailable(ErrorCode.LogUnavailable, "This instance loads the state of the log anew.");
            }
        }

        if (needed <= applier.State.LastZxid || await applier.WaitForAsync(needed, MaxWait, cancellationToken))
        {
            // The loss may have shown while it waited.
            return applier.State is var seen && seen.IsLost(freshness.MinZxid)
                ? Lost(freshness.MinZxid)
                : new ReadView(ErrorCode.Ok, null, seen);
        }

        var state = applier.State;
        var detail = $"This instance has applied zxid {state.LastZxid}, not yet {needed}, which the "
            + $"{(needed == freshness.MinZxid ? "request asks for" : "log has")}; try again, or ask another instance.";
        return new ReadView(ErrorCode.ReplicaBehind, detail, state);
    }

    private ReadView Lost(Zxid zxid) => new(ErrorCode.CursorExpired, $"Zxid {zxid} was lost with a part of the log; "
        + "what you read at it is no more. Read again without naming a zxid.", applier.State);

    private ReadView Unavailable(ErrorCode error, string message) => new(error, $"{message} What this instance has can "
        + "be read with consistency=local; it may be old.", applier.State);
}
