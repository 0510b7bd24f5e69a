using WebCoord.Core;
using WebCoord.Server.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.SignalR;

/// <summary>
/// Once in every tick: keeps the sessions of living connections alive, tells those whose session changed its state, and
/// tells all of what happened to the service.
/// </summary>
internal sealed class HubPulse(HubConnections connections, ITransactionLog log, Applier applier, ReadGate gate,
    SessionTracker tracker, LogHealth health, LocalInstance instance, IHostApplicationLifetime lifetime,
    TimeProvider time) : BackgroundService
{
    /// <summary>How long a server that stops waits for its clients to leave.</summary>
    private static readonly TimeSpan MaxFarewell = TimeSpan.FromSeconds(5);

    private CoordinationState _seen = applier.State;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _seen = applier.State;
        health.Changed += TellOfLog;
        applier.Displaced += TellOfDisplacement;

        // Registered after SignalR's own end, and so called before it: it would cut the connections without a word.
        lifetime.ApplicationStopping.Register(AskAllToLeave);
        return base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        health.Changed -= TellOfLog;
        applier.Displaced -= TellOfDisplacement;
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var tick = TimeSpan.FromMilliseconds(applier.State.Settings.TickMs);
            var began = time.GetTimestamp();
            await Task.Delay(tick, time, stoppingToken);

            // While an instance with a log of its own sleeps, nobody ends its sessions.
            await FollowAsync(log.Description.IsShared ? time.GetElapsedTime(began) - tick : default, stoppingToken);
            TellOfInstances(applier.State);
        }
    }

    private async Task FollowAsync(TimeSpan overslept, CancellationToken stopping)
    {
        List<HubConnection> waiting =
            [.. connections.All.Where(one => one.Session.Follow(applier, tracker, overslept, mayResume: false))];
        if (waiting.Count > 0 && (await gate.ReadAsync(default, stopping)).Error == ErrorCode.Ok)
        {
            foreach (var connection in waiting)
            {
                connection.Session.Follow(applier, tracker, overslept, mayResume: true);
            }
        }
    }

    private void AskAllToLeave() =>
        Task.WaitAll([.. connections.All.Select(connection => connection.LeaveAsync())], MaxFarewell);

    private void TellOfDisplacement(Displacement why, CoordinationState state)
    {
        if (why == Displacement.LogRegressed)
        {
            Tell("logRegressed", instance.Name, state);
        }
    }

    private void TellOfInstances(CoordinationState state)
    {
        var before = _seen.Instances;
        _seen = state;
        foreach (var (id, instance) in state.Instances)
        {
            if (!before.ContainsKey(id))
            {
                Tell("instanceJoined", instance.Report.Name, state);
            }
        }

        foreach (var (id, instance) in before)
        {
            if (!state.Instances.ContainsKey(id))
            {
                Tell("instanceLeft", instance.Report.Name, state);
            }
        }
    }

    private void TellOfLog(bool isAvailable) =>
        Tell(isAvailable ? "logRestored" : "logUnavailable", instance.Name, applier.State);

    private void Tell(string type, string instance, CoordinationState state)
    {
        var notice = new ClusterNotice(type, instance, state.LastZxid.ToString());
        foreach (var connection in connections.All)
        {
            connection.Notify(client => client.ClusterEvent(notice));
        }
    }
}
