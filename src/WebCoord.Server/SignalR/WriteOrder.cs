using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.SignalR;

/// <summary>
/// Keeps the writes of one connection in the order in which they came, though one of them may first wait for a zxid. It
/// is called in that order, before the first await of every call, and submits at once unless there is something to wait
/// for.
/// </summary>
internal sealed class WriteOrder(Sequencer sequencer, ReadGate gate)
{
    private Task _submitted = Task.CompletedTask;

    public Task<ApplyResult> SubmitAsync(Request request, Freshness freshness, CancellationToken cancellationToken)
    {
        if (_submitted.IsCompleted && freshness.MinZxid == Zxid.None)
        {
            return sequencer.SubmitAsync(request, cancellationToken);
        }

        var submission = SubmitLaterAsync(_submitted, request, freshness, cancellationToken);
        _submitted = submission;
        return submission.Unwrap();
    }

    /// <summary>Never fails, so that the next write can wait for it.</summary>
    private async Task<Task<ApplyResult>> SubmitLaterAsync(Task before, Request request, Freshness freshness,
        CancellationToken cancellationToken)
    {
        await before;
        try
        {
            var view = await gate.ReadAsync(freshness, cancellationToken);
            return view.Error == ErrorCode.Ok
                ? sequencer.SubmitAsync(request, cancellationToken)
                : Task.FromResult(ApplyResult.Refused(view.Error, view.Detail!));
        }
        catch (OperationCanceledException canceled)
        {
            return Task.FromException<ApplyResult>(canceled);
        }
    }
}
