using WebCoord.Core;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Wire;

namespace WebCoord.Server.Operations;

/// <summary>The metrics that are read off the published state and the pipeline when somebody asks.</summary>
internal sealed class StateMetrics
{
    public StateMetrics(PipelineMetrics metrics, Applier applier, Sequencer sequencer, LogHealth health,
        WireConnections wire)
    {
        var meter = metrics.Meter;
        Observe("webcoord.applied.zxid", null, "The last zxid that this instance has applied.",
            state => state.LastZxid.Value);
        Observe("webcoord.nodes", null, "Nodes in the tree, those of /zookeeper included.", state =>
            state.Tree.NodeCount);
        Observe("webcoord.data.size", "By", "Bytes of data in the tree.", state => state.Tree.DataBytes);
        Observe("webcoord.sessions", null, "Sessions alive.", state => state.Sessions.Count);
        Observe("webcoord.ephemerals", null, "Ephemeral nodes.",
            state => state.Sessions.Sum(session => (long)session.Ephemerals.Count));
        meter.CreateObservableGauge<long>("webcoord.watches", () => applier.Arm((_, watches) => watches.Count), null,
            "Watches armed on this instance.");
        meter.CreateObservableCounter("webcoord.wire.frames.received", () => wire.Statistics.ReceivedEver, null,
            "Frames received from ZooKeeper clients, one for each request.");
        meter.CreateObservableCounter("webcoord.wire.frames.sent", () => wire.Statistics.SentEver, null,
            "Frames sent to ZooKeeper clients: replies and events.");
        meter.CreateObservableGauge<int>("webcoord.queue.length", () => sequencer.QueueLength, null,
            "Requests that wait for their batch.");
        meter.CreateObservableGauge<int>("webcoord.log.available", () => health.IsAvailable ? 1 : 0, null,
            "1 while the log takes writes, 0 while it does not.");
        meter.CreateObservableGauge("webcoord.log.contact.age", () => health.Silence.TotalSeconds, "s",
            "How long ago the log last answered; 0 while a log of this process's own has nothing to answer.");

        void Observe(string name, string? unit, string description, Func<CoordinationState, long> read) =>
            meter.CreateObservableGauge(name, () => read(applier.State), unit, description);
    }
}
