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

    /// <summary>An instance that did not beat while this one did so often is taken for gone.</summary>
    private const int GoneAfterBeats = 3;

    private Dictionary<long, (long LastHeartbeatMs, int Beats)> _silent = [];
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
        var state = applier.State;
        var (zxid, digest) = digests.Last ?? (state.LastZxid, state.Digest);
        WarnOfNamesake(state);
        var report = new InstanceReport(self.Id, self.Name, self.Address, self.FeatureLevel, zxid, digest,
            metrics.OpenConnections, applier.WatchCount);
        var result = await sequencer.SubmitOwnAsync(new Command.InstanceHeartbeat(report));
        if (!result.Succeeded)
        {
            return;
        }

        _isKnown = true;
        digests.Begin();
        if (!await DropGoneAsync(applier.State))
        {
            await RaiseLevelAsync(applier.State);
        }
    }

    /// <summary>An instance is gone when it was silent while this one beat several times. No clock is asked: after the
    /// log was away, all have been silent for long.</summary>
    /// <returns>Whether one was dropped.</returns>
    private async Task<bool> DropGoneAsync(CoordinationState state)
    {
        var silent = state.Instances.Values.Where(other => other.Report.Id != self.Id)
            .ToDictionary(other => other.Report.Id, other => (other.LastHeartbeatMs,
                Beats: _silent.GetValueOrDefault(other.Report.Id) is var (last, beats) && last == other.LastHeartbeatMs
                    ? beats + 1
                    : 0));
        _silent = silent;
        var gone = silent.Where(other => other.Value.Beats > GoneAfterBeats).ToList();
        foreach (var (id, (last, _)) in gone)
        {
            await sequencer.SubmitOwnAsync(new Command.InstanceLeft(id, last));
        }

        return gone.Count > 0;
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

    [LoggerMessage(150, LogLevel.Error, "Another live instance is called {Name}, too; /v1/cluster shows only one of "
        + "them at a time. Give each instance a WebCoord:Instance:Name of its own")]
    private partial void LogNamesake(string name);
}
