using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using WebCoord.Core;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// What the service counts while it works, as instruments of the meter <c>WebCoord</c>. What can be read off the state
/// at any time is not counted here. All members may be called by any thread at any time.
/// </summary>
internal sealed partial class PipelineMetrics
{
    public const string MeterName = "WebCoord";

    private static readonly FrozenDictionary<ErrorCode, object> ResultNames =
        Enum.GetValues<ErrorCode>().ToFrozenDictionary(code => code, object (code) => Kebab(code));

    private readonly Counter<long> _writes;
    private readonly Histogram<long> _batchSize;
    private readonly Histogram<double> _appendDuration;
    private readonly Counter<long> _events;
    private readonly UpDownCounter<long> _longPolls;
    private readonly UpDownCounter<long> _hubConnections;
    private readonly UpDownCounter<long> _wireConnections;
    private readonly Histogram<double> _snapshotDuration;
    private readonly Gauge<long> _snapshotSize;
    private readonly Counter<long> _regressions;
    private int _openConnections;

    public PipelineMetrics(IMeterFactory meters)
    {
        Meter = meters.Create(MeterName);
        _writes = Meter.CreateCounter<long>("webcoord.writes", null,
            "Requests to change state, by what became of them.");
        _batchSize = Meter.CreateHistogram("webcoord.batch.size", null, "Requests in one append to the log.", null,
            new InstrumentAdvice<long>
            {
                HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000],
            });
        _appendDuration = Meter.CreateHistogram("webcoord.append.duration", "s",
            "How long the log took to make a batch durable.", null, Buckets([0.0001, 0.00025, 0.0005, 0.001, 0.0025,
                0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5]));
        _events = Meter.CreateCounter<long>("webcoord.events.delivered", null,
            "Watch events queued for their watchers.");
        _longPolls = Meter.CreateUpDownCounter<long>("webcoord.long_polls", null, "Long polls that wait at present.");
        _hubConnections = Meter.CreateUpDownCounter<long>("webcoord.hub.connections", null,
            "Open connections of the hub.");
        _wireConnections = Meter.CreateUpDownCounter<long>("webcoord.wire.connections", null,
            "Open connections of ZooKeeper clients.");
        _snapshotDuration = Meter.CreateHistogram("webcoord.snapshot.duration", "s",
            "How long it took to save a snapshot.", null, Buckets([0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60]));
        _regressions = Meter.CreateCounter<long>("webcoord.log.regressions", null,
            "How often the log was found to have lost acknowledged entries.");
        _snapshotSize = Meter.CreateGauge<long>("webcoord.snapshot.size", "By", "Bytes of the last snapshot saved.");
    }

    /// <summary>For instruments that belong to others than the pipeline; it lives as long as the service.</summary>
    public Meter Meter { get; }

    /// <summary>Open connections of the hub and of ZooKeeper clients, for the heartbeat of the instance.</summary>
    public int OpenConnections => Volatile.Read(ref _openConnections);

    /// <summary>Requests to change state were answered, refusals before the log included.</summary>
    public void WritesAnswered(ErrorCode result, int count) =>
        _writes.Add(count, KeyValuePair.Create("result", (object?)Name(result)));

    /// <summary>A batch became durable.</summary>
    public void BatchAppended(int requests, TimeSpan duration)
    {
        _batchSize.Record(requests);
        _appendDuration.Record(duration.TotalSeconds);
    }

    public void EventDelivered() => _events.Add(1);

    public void LongPollBegan() => _longPolls.Add(1);

    public void LongPollEnded() => _longPolls.Add(-1);

    public void HubConnectionOpened() => Count(_hubConnections, 1);

    public void HubConnectionClosed() => Count(_hubConnections, -1);

    public void WireConnectionOpened() => Count(_wireConnections, 1);

    public void WireConnectionClosed() => Count(_wireConnections, -1);

    /// <summary>The log was found to have lost acknowledged entries.</summary>
    public void LogRegressed() => _regressions.Add(1);

    /// <summary>A snapshot is saved.</summary>
    /// <param name="bytes">Its size; null when the log cannot tell.</param>
    public void SnapshotSaved(TimeSpan duration, long? bytes)
    {
        _snapshotDuration.Record(duration.TotalSeconds);
        if (bytes is { } size)
        {
            _snapshotSize.Record(size);
        }
    }

    private void Count(UpDownCounter<long> connections, int difference)
    {
        Interlocked.Add(ref _openConnections, difference);
        connections.Add(difference);
    }

    private static object Name(ErrorCode code) =>
        ResultNames.GetValueOrDefault(code) ?? ResultNames[ErrorCode.InternalError];

    private static InstrumentAdvice<double> Buckets(double[] boundaries) =>
        new() { HistogramBucketBoundaries = boundaries };

    /// <summary>As the codes of problem documents are written: <c>no-node</c> for NoNode.</summary>
    [SuppressMessage("Globalization", "CA1308", Justification = "Small letters are the form, not a way to compare.")]
    private static string Kebab(ErrorCode code) => CapitalInside().Replace(code.ToString(), "-$0").ToLowerInvariant();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex CapitalInside();
}
