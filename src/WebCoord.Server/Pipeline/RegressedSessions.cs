using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Ends sessions whose clients may have seen what the log has lost: one may believe that it holds a lock whose node is no
/// more, or whose earlier holder is back. Every instance that had applied lost entries ends those that it may have told
/// of them.
/// </summary>
internal sealed class RegressedSessions(Sequencer sequencer, LocalInstance self)
{
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

    private async Task EndAsync(SessionId[] sessions)
    {
        var result = await sequencer.SubmitOwnAsync(
            new Command.EndSessions([.. sessions], SessionEndReason.LogRegressed));
        if (result.Error == ErrorCode.Unimplemented)
        {
            // The service holds on to a feature level that does not know the reason.
            await Task.WhenAll(sessions.Select(id => sequencer.SubmitOwnAsync(new Command.CloseSession(id))));
        }
    }

    /// <summary>A session of this instance, or one that any instance may have served.</summary>
    private bool MayHaveToldOf(Session session) => session.Owner == default || session.Owner.Instance == self.Id;
}
