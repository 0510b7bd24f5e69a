using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Operations;

/// <summary>
/// Listens to the instruments of this service and keeps where each stands, for <see cref="PrometheusText"/>. It hears
/// only the meters that its own service made, so that several services in one process do not mix.
/// </summary>
internal sealed class MetricsCollector : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly IMeterFactory _meters;
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    public MetricsCollector(IMeterFactory meters)
    {
        _meters = meters;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == PipelineMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, _meters))
            {
                var family = _families.GetOrAdd(instrument.Name, _ => new MetricFamily(instrument));
                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, labels, family) =>
            ((MetricFamily)family!).Record(value, labels));
        _listener.SetMeasurementEventCallback<long>(static (_, value, labels, family) =>
            ((MetricFamily)family!).Record(value, labels));
        _listener.SetMeasurementEventCallback<int>(static (_, value, labels, family) =>
            ((MetricFamily)family!).Record(value, labels));
        _listener.Start();
    }

    /// <summary>All families by name, the observed ones read now.</summary>
    public IEnumerable<MetricFamily> Collect()
    {
        _listener.RecordObservableInstruments();
        return _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal);
    }

    public void Dispose() => _listener.Dispose();
}
