using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.Server.Pipeline;

/// <summary>Keeps this instance's entry in the state, and drops the entries of those that are gone.</summary>
internal sealed class InstanceHeartbeat(Applier applier, Sequencer sequencer, LocalInstance instance,
    PipelineMetrics metrics, IServer server, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>An instance that was silent for so long is taken for gone.</summary>
    private static readonly TimeSpan GoneAfter = 3 * Interval;

    public async Task RunAsync(CancellationToken stopping)
    {
        await WhenListeningAsync(stopping);
        instance.ListensOn(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        while (true)
        {
            await BeatAsync();
            await Task.Delay(Interval, time, stopping);
        }
    }

    /// <summary>Says that this instance leaves.</summary>
    public Task LeaveAsync() =>
        sequencer.SubmitOwnAsync(new Command.InstanceLeft(instance.Id, null));

    private async Task WhenListeningAsync(CancellationToken stopping)
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var started = lifetime.ApplicationStarted.Register(() => listening.TrySetResult());
        await listening.Task.WaitAsync(stopping);
    }

    private async Task BeatAsync()
    {
        var state = applier.State;
        var report = new InstanceReport(instance.Id, instance.Name, instance.Address,
            CoordinationState.SupportedFeatureLevel, state.LastZxid, state.Digest, metrics.OpenConnections,
            applier.WatchCount);
        await sequencer.SubmitOwnAsync(new Command.InstanceHeartbeat(report));
        var now = applier.State.TimestampMs;
        var gone = applier.State.Instances.Values
            .Where(other => other.Report.Id != instance.Id
                && now - other.LastHeartbeatMs > GoneAfter.TotalMilliseconds);
        foreach (var other in gone)
        {
            await sequencer.SubmitOwnAsync(new Command.InstanceLeft(other.Report.Id, other.LastHeartbeatMs));
        }
    }
}
