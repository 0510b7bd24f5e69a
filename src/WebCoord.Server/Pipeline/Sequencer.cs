using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Puts requests into the log: all that wait become one batch, appended at once; while it is made durable the next
/// gathers. The queue is bounded, and a request that finds it full is refused.
/// </summary>
internal sealed class Sequencer
{
    /// <summary>
    /// Queues a request, in the order of the calls, before the first await. The result comes AFTER the request is
    /// durable and the state with its effect is published. Refusals before the log (<see cref="ErrorCode.Throttled"/>,
    /// <see cref="ErrorCode.LogUnavailable"/>, <see cref="ErrorCode.OutcomeUnknown"/>, <see
    /// cref="ErrorCode.TooLarge"/>) are results too, without a zxid. Cancelling stops the waiting, not the request.
    /// </summary>
    public Task<ApplyResult> SubmitAsync(Request request, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
