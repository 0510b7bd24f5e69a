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
    private Task _resuming = Task.CompletedTask;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _seen = applier.State;
        health.Changed += TellOfLog;
        applier.Displacing += TellOfDisplacement;
        applier.Displaced += WakeAll;

        // Registered after SignalR's own end, and so called before it: it would cut the connections without a word.
        lifetime.ApplicationStopping.Register(AskAllToLeave);
        return base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        health.Changed -= TellOfLog;
        applier.Displacing -= TellOfDisplacement;
        applier.Displaced -= WakeAll;
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
            var overslept = log.Description.IsShared ? time.GetElapsedTime(began) - tick : default;
            List<HubConnection> waiting =
                [.. connections.All.Where(one => one.Session.Follow(applier, tracker, overslept, mayResume: false))];
            if (_resuming.IsCompleted)
            {
                await _resuming;
                _resuming = waiting.Count > 0 ? ResumeAsync(waiting, stoppingToken) : Task.CompletedTask;
            }

            TellOfInstances(applier.State);
        }
    }

    /// <summary>Asks the log for what it has, which may take long; meanwhile the others are looked after.</summary>
    private async Task ResumeAsync(IEnumerable<HubConnection> waiting, CancellationToken stopping)
    {
        if ((await gate.ReadAsync(default, stopping)).Error == ErrorCode.Ok)
        {
            foreach (var connection in waiting)
            {
                connection.Session.Follow(applier, tracker, TimeSpan.Zero, mayResume: true);
            }
        }
    }

    private void AskAllToLeave() =>
        Task.WaitAll([.. connections.All.Select(connection => connection.LeaveAsync())], MaxFarewell);

    /// <summary>Before the new state is published, so that nobody is answered from it who was not told.</summary>
    private void TellOfDisplacement(Displacement why, CoordinationState state)
    {
        var hasRegressed = why == Displacement.LogRegressed;
        var reason = hasRegressed ? "log-regressed" : "instance-was-behind";
        var notice = hasRegressed ? new ClusterNotice("logRegressed", instance.Name, state.LastZxid.ToString()) : null;
        foreach (var connection in connections.All)
        {
            connection.Displace(reason, notice);
        }
    }

    private void WakeAll(Displacement why, CoordinationState state)
    {
        foreach (var connection in connections.All)
        {
            connection.Queue.Wake();
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
