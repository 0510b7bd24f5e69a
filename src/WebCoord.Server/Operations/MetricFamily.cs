using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace WebCoord.Server.Operations;

/// <summary>What Prometheus calls a metric family: one instrument with all its sets of labels.</summary>
internal sealed class MetricFamily
{
    private static readonly IReadOnlyList<double> DefaultBounds =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], MetricSeries> _series =
        new(MetricLabels.Comparer);

    private readonly Instrument _instrument;

    public MetricFamily(Instrument instrument)
    {
        _instrument = instrument;
        Type = TypeOf(instrument);
        Name = NameOf(instrument);
        if (KindOf(instrument) == typeof(UpDownCounter<>))
        {
            // What goes up and down stands at zero until something happens, and has no labels.
            Record(0, []);
        }
    }

    /// <summary><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</summary>
    public string Type { get; }

    /// <summary>The name in Prometheus' manner: the unit and, for a counter, <c>total</c> at its end.</summary>
    public string Name { get; }

    public string Help => _instrument.Description ?? "";

    public IEnumerable<KeyValuePair<KeyValuePair<string, object?>[], MetricSeries>> Series => _series;

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var lookup = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        if (!lookup.TryGetValue(labels, out var series))
        {
            series = _series.GetOrAdd(labels.ToArray(), _ => Create());
        }

        series.Record(value);
    }

    private MetricSeries Create() => Type switch
    {
        "histogram" => new MetricSeries.Distribution(BoundsOf(_instrument)),
        _ when _instrument.IsObservable || KindOf(_instrument) == typeof(Gauge<>) => new MetricSeries.Last(),
        _ => new MetricSeries.Sum(),
    };

    private static string TypeOf(Instrument instrument)
    {
        var kind = KindOf(instrument);
        return kind == typeof(Histogram<>) ? "histogram"
            : kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? "counter"
            : "gauge";
    }

    private static Type KindOf(Instrument instrument) => instrument.GetType().GetGenericTypeDefinition();

    private static IReadOnlyList<double> BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => bounds,
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        _ => DefaultBounds,
    };

    private static string NameOf(Instrument instrument)
    {
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        var total = TypeOf(instrument) == "counter" ? "_total" : "";
        return instrument.Name.Replace('.', '_') + unit + total;
    }
}
