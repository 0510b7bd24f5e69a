using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>Keeps this instance's entry in the state, drops the entries of those that are gone, and raises the feature
/// level once all support it.</summary>
internal sealed partial class InstanceHeartbeat(ITransactionLog log, Applier applier, Sequencer sequencer,
    LocalInstance self, DigestComparison digests, PipelineMetrics metrics, IServer server,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<InstanceHeartbeat> logger)
{
    /// <summary>How often an instance tells that it is there, where others want to know it.</summary>
    public static readonly TimeSpan SharedInterval = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LoneInterval = TimeSpan.FromSeconds(10);

    private bool _isKnown;

    private TimeSpan Interval => log.Description.IsShared ? SharedInterval : LoneInterval;

    /// <exception cref="StateDivergedException">The state of this instance is not that of the others.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        await WhenListeningAsync(stopping);
        self.ListensOn(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        while (true)
        {
            await BeatAsync();
            await await Task.WhenAny(Task.Delay(Interval, time, stopping), digests.Diverged);
        }
    }

    /// <summary>Says that this instance leaves.</summary>
    public Task LeaveAsync() =>
        sequencer.SubmitOwnAsync(new Command.InstanceLeft(self.Id, null));

    private async Task WhenListeningAsync(CancellationToken stopping)
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var started = lifetime.ApplicationStarted.Register(() => listening.TrySetResult());
        await listening.Task.WaitAsync(stopping);
    }

    private async Task BeatAsync()
    {
        WarnOfNamesake(applier.State);
        var (zxid, digest) = digests.Last ?? (applier.State.LastZxid, applier.State.Digest);
        var report = new InstanceReport(self.Id, self.Name, self.Address, self.FeatureLevel, zxid, digest,
            metrics.OpenConnections, applier.WatchCount);
        var result = await sequencer.SubmitOwnAsync(new Command.InstanceHeartbeat(report));
        _isKnown |= result.Succeeded;
        await DropGoneAsync(applier.State);
        await RaiseLevelAsync(applier.State);
    }

    /// <summary>Time is the state's: while the log is away nobody is gone.</summary>
    private async Task DropGoneAsync(CoordinationState state)
    {
        var gone = state.Instances.Values.Where(other => other.Report.Id != self.Id
            && state.TimestampMs - other.LastHeartbeatMs > 3 * Interval.TotalMilliseconds);
        foreach (var other in gone)
        {
            await sequencer.SubmitOwnAsync(new Command.InstanceLeft(other.Report.Id, other.LastHeartbeatMs));
        }
    }

    private async Task RaiseLevelAsync(CoordinationState state)
    {
        var supported = state.Instances.Values.Min(instance => (int?)instance.Report.FeatureLevel) ?? 0;
        if (supported > state.FeatureLevel && state.Instances.Keys.First() == self.Id)
        {
            await sequencer.SubmitOwnAsync(new Command.RaiseFeatureLevel(supported));
        }
    }

    /// <summary>A name belongs to whoever used it last, so two live instances of one name drive each other out.
    /// </summary>
    private void WarnOfNamesake(CoordinationState state)
    {
        if (_isKnown && !state.Instances.ContainsKey(self.Id)
            && state.Instances.Values.Any(other => other.Report.Name == self.Name))
        {
            LogNamesake(self.Name);
        }
    }

    [LoggerMessage(150, LogLevel.Error, "Another live instance is called {Name}, too; /v1/cluster shows only one of them "
        + "at a time. Give each instance a WebCoord:Instance:Name of its own")]
    private partial void LogNamesake(string name);
}
