using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.SignalR;

/// <summary>Keeps the writes of one connection in the order in which they came, though one of them may first wait for a
/// zxid. They wait for each other's submission only, not for the results.</summary>
internal sealed class WriteOrder(Sequencer sequencer, ReadGate gate)
{
    private readonly CallOrder _order = new();

    /// <summary>Submits before its first await, unless there is something to wait for.</summary>
    public async Task<ApplyResult> SubmitAsync(Request request, Freshness freshness,
        CancellationToken cancellationToken)
    {
        // The freshness of a write is its minZxid alone: it is judged by the newest state anyway.
        var view = freshness.MinZxid == Zxid.None
            ? null
            : gate.ReadAsync(freshness with { Local = true }, cancellationToken).AsTask();
        var result = await _order.RunAsync(view ?? Task.CompletedTask, async () =>
        {
            var refused = view is null ? default : await view;
            return refused.Error == ErrorCode.Ok
                ? sequencer.SubmitAsync(request, cancellationToken)
                : Task.FromResult(ApplyResult.Refused(refused.Error, refused.Detail!));
        });
        return await result;
    }
}
