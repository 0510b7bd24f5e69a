using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.Server.Pipeline;

/// <summary>A request on its way through the log, and the one who waits for its result. Continuations run elsewhere, so
/// that completing a batch never runs a client's code on the Applier.</summary>
/// <param name="bytes">Its encoded size.</param>
internal sealed class PendingRequest(Request request, int bytes)
    : TaskCompletionSource<ApplyResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public Request Request => request;

    public int Bytes => bytes;
}
