using WebCoord.Core.Sessions;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Judges at the moment of an answer whether this instance may tell a client that its session lives. Young contact with
/// the log is not enough for that: an instance that slept may have heard from the log again and still not have applied
/// that the session ended. So a shared log is asked for its head first, and what it has is waited for.
/// </summary>
internal sealed class SessionVoucher(
    ITransactionLog log, ReadGate gate, SessionTracker tracker, TimeProvider time)
{
    /// <summary>Whether it may. Afterwards the state tells whether the session is there. While the log does not answer,
    /// that is never waited for longer than a contact may be old.</summary>
    public async ValueTask<bool> CanVouchForAsync(Session session, CancellationToken cancellationToken)
    {
        if (log.Description.IsShared)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(session.TimeoutMs / 3.0), time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            try
            {
                await gate.ReadAsync(default, end.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // What counts is how long ago the log answered.
            }
        }

        return tracker.CanVouchFor(session.TimeoutMs);
    }
}
