using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Ends sessions whose clients may have seen what the log has lost: one may believe that it holds a lock whose node is
/// no more, or whose earlier holder is back. Every instance that had applied lost entries ends those that it may have
/// told of them.
/// </summary>
internal sealed class RegressedSessions(Applier applier, Sequencer sequencer, LocalInstance self,
    IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Most sessions in one request: their ids must fit a batch of the log.</summary>
    private const int MaxEndsAtOnce = 10_000;

    /// <summary>Proposes their end. It does not wait: what is proposed is applied by the caller.</summary>
    public void EndThoseThatSawMore(CoordinationState lost, CoordinationState kept)
    {
        var treeLost = lost.Tree.Digest != kept.Tree.Digest;
        var affected = kept.Sessions.Where(session => lost.Sessions.Find(session.Id) is { } before
            && before.Key.Span.SequenceEqual(session.Key.Span)
            && ((treeLost && MayHaveToldOf(before)) || !before.Ephemerals.SetEquals(session.Ephemerals)))
            .Select(session => session.Id);
        foreach (var batch in affected.Chunk(MaxEndsAtOnce))
        {
            _ = EndAsync(batch);
        }
    }

    /// <summary>Until it is done: a master that was just made may be gone again.</summary>
    private async Task EndAsync(SessionId[] sessions)
    {
        while (!lifetime.ApplicationStopping.IsCancellationRequested && !await TryEndAsync(sessions))
        {
            await Task.Delay(RetryPause, time);
        }
    }

    private async Task<bool> TryEndAsync(SessionId[] sessions)
    {
        if (applier.State.FeatureLevel >= CoordinationState.RegressionLevel)
        {
            return (await sequencer.SubmitOwnAsync(
                new Command.EndSessions([.. sessions], SessionEndReason.LogRegressed))).Succeeded;
        }

        // Instances that are older than the reason must be able to read what is written.
        var results = await Task.WhenAll(
            sessions.Select(id => sequencer.SubmitOwnAsync(new Command.CloseSession(id))));
        return results.All(result => result.Error is ErrorCode.Ok or ErrorCode.SessionExpired);
    }

    /// <summary>A session of this instance, or one that any instance may have served.</summary>
    private bool MayHaveToldOf(Session session) => session.Owner == default || session.Owner.Instance == self.Id;
}
