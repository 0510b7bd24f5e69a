using WebCoord.Core;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.SignalR;

/// <summary>
/// Once in every tick: keeps the sessions of living connections alive, tells those whose session changed its state, and
/// tells all of what happened to the service.
/// </summary>
internal sealed class HubPulse(HubConnections connections, Applier applier, SessionTracker tracker, LogHealth health,
    LocalInstance instance, TimeProvider time) : BackgroundService
{
    private CoordinationState _seen = applier.State;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _seen = applier.State;
        health.Changed += TellOfLog;
        return base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        health.Changed -= TellOfLog;
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(applier.State.Settings.TickMs), time, stoppingToken);
            foreach (var connection in connections.All)
            {
                connection.Session.Follow(applier, tracker);
            }

            TellOfInstances(applier.State);
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
