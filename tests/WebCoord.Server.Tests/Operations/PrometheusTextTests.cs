using Microsoft.Extensions.DependencyInjection;
using WebCoord.Core;
using WebCoord.Server.Operations;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Tests.Operations;

public sealed class PrometheusTextTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics()
        .AddSingleton<PipelineMetrics>().AddSingleton<MetricsCollector>().BuildServiceProvider();

    private readonly MetricsCollector _collector;
    private readonly PipelineMetrics _metrics;

    public PrometheusTextTests()
    {
        _collector = _services.GetRequiredService<MetricsCollector>();
        _metrics = _services.GetRequiredService<PipelineMetrics>();
    }

    public void Dispose()
    {
        _collector.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void A_counter_has_help_type_and_one_line_for_each_set_of_labels()
    {
        _metrics.WritesAnswered(ErrorCode.Ok, 1);
        _metrics.WritesAnswered(ErrorCode.Ok, 1);
        _metrics.WritesAnswered(ErrorCode.NoNode, 1);

        Assert.Contains(
            "# HELP webcoord_writes_total Requests to change state, by what became of them.\n"
            + "# TYPE webcoord_writes_total counter\n"
            + "webcoord_writes_total{result=\"no-node\"} 1\n"
            + "webcoord_writes_total{result=\"ok\"} 2\n", Render(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gauge_that_goes_up_and_down_shows_where_it_stands()
    {
        _metrics.LongPollBegan();
        _metrics.LongPollBegan();
        _metrics.LongPollEnded();

        Assert.Contains("# TYPE webcoord_long_polls gauge\nwebcoord_long_polls 1\n", Render(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_gauge_that_is_set_shows_its_last_value_and_its_unit()
    {
        _metrics.SnapshotSaved(TimeSpan.FromSeconds(1), 100);
        _metrics.SnapshotSaved(TimeSpan.FromSeconds(1), 70);

        Assert.Contains("\nwebcoord_snapshot_size_bytes 70\n", Render(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_histogram_counts_up_to_each_bound_and_sums_up()
    {
        _metrics.SnapshotSaved(TimeSpan.FromSeconds(0.05), null);
        _metrics.SnapshotSaved(TimeSpan.FromSeconds(0.25), null);
        _metrics.SnapshotSaved(TimeSpan.FromSeconds(100), null);

        var text = Render();
        Assert.Contains("# TYPE webcoord_snapshot_duration_seconds histogram\n", text, StringComparison.Ordinal);
        Assert.Contains("webcoord_snapshot_duration_seconds_bucket{le=\"0.01\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("webcoord_snapshot_duration_seconds_bucket{le=\"0.05\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("webcoord_snapshot_duration_seconds_bucket{le=\"0.5\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("webcoord_snapshot_duration_seconds_bucket{le=\"60\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("webcoord_snapshot_duration_seconds_bucket{le=\"+Inf\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("webcoord_snapshot_duration_seconds_sum 100.3\n", text, StringComparison.Ordinal);
        Assert.Contains("webcoord_snapshot_duration_seconds_count 3\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Label_values_and_help_texts_are_escaped()
    {
        _metrics.Meter.CreateCounter<int>("webcoord.odd", null, "a\\b\nc")
            .Add(1, KeyValuePair.Create("name", (object?)"say \"hi\"\\\n"),
            KeyValuePair.Create("status", (object?)200));

        Assert.Contains(
            "# HELP webcoord_odd_total a\\\\b\\nc\n# TYPE webcoord_odd_total counter\n"
            + "webcoord_odd_total{name=\"say \\\"hi\\\"\\\\\\n\",status=\"200\"} 1\n", Render(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Meters_of_another_service_in_the_process_are_not_heard()
    {
        using var others = new ServiceCollection().AddMetrics().AddSingleton<PipelineMetrics>().BuildServiceProvider();
        others.GetRequiredService<PipelineMetrics>().LongPollBegan();

        Assert.DoesNotContain("webcoord_long_polls 1", Render(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_lost_when_many_threads_count()
    {
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                _metrics.WritesAnswered(i % 2 == 0 ? ErrorCode.Ok : ErrorCode.BadVersion, 1);
            }
        });

        var text = Render();
        Assert.Contains("webcoord_writes_total{result=\"ok\"} 20000\n", text, StringComparison.Ordinal);
        Assert.Contains("webcoord_writes_total{result=\"bad-version\"} 20000\n", text, StringComparison.Ordinal);
    }

    private string Render() => PrometheusText.Render(_collector.Collect());
}
