using WebCoord.Core;
using WebCoord.Core.Watches;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// The only reader of the log and the only writer of state. For each entry: apply, then under one short lock queue the
/// events on their watchers and publish the new state, then wake the watchers and complete the replies, in that order.
/// </summary>
internal sealed class Applier
{
    /// <summary>The state published last. Reads take it without a lock and keep it while they run.</summary>
    public CoordinationState State { get; private set; } = CoordinationState.Initial;

    /// <summary>Reads the state and arms watches in one step: no change can come between.</summary>
    public T Arm<T>(Func<CoordinationState, WatchManager<IWatcher>, T> readAndArm) => throw new NotImplementedException();

    /// <summary>Waits until a zxid is applied; false when the time is up first.</summary>
    public ValueTask<bool> WaitForAsync(Zxid zxid, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
