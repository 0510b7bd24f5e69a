using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.Server.Pipeline;

/// <summary>A request whose result is awaited as a task. Continuations run elsewhere, so that completing a batch never
/// runs a client's code on the Applier.</summary>
internal sealed class AwaitedRequest(Request request) : PendingRequest(request)
{
    private readonly TaskCompletionSource<ApplyResult> _result =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ApplyResult> Task => _result.Task;

    public override void Complete(ApplyResult result) => _result.TrySetResult(result);
}
