using WebCoord.Core;
using WebCoord.Core.Sessions;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Judges at the moment of an answer whether this instance may tell a client that its session lives. Young contact with
/// the log is not enough for that: an instance that slept may have heard from the log again and still not have applied
/// that the session ended. So a shared log is asked for its head before a heartbeat is answered, and what it has is
/// waited for.
/// </summary>
internal sealed class SessionVoucher(
    ITransactionLog log, ReadGate gate, SessionTracker tracker, TimeProvider time)
{
    /// <summary>Whether it may. Afterwards the state tells whether the session is there. That is not waited for longer
    /// than a contact with the log may be old.</summary>
    public async ValueTask<bool> CanVouchForAsync(Session session, CancellationToken cancellationToken) =>
        (!log.Description.IsShared || await KnowsWhatItHeardAsync(session, cancellationToken))
        && tracker.CanVouchFor(session.TimeoutMs);

    /// <summary>Whether a read may be answered in a session for which the log is not asked: a client takes any such
    /// answer for a sign that its session lives. With a log of its own nobody else can have ended it.</summary>
    public bool MayAnswerIn(Session session) =>
        !log.Description.IsShared || tracker.CanVouchFor(session.TimeoutMs);

    /// <summary>While the log does not answer, what counts is how long ago it did; once it does, what it has must be
    /// applied here.</summary>
    private async ValueTask<bool> KnowsWhatItHeardAsync(Session session, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(session.TimeoutMs / 3.0), time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return (await gate.ReadAsync(default, end.Token)).Error != ErrorCode.ReplicaBehind;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
