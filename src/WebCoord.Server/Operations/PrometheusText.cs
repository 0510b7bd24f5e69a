using System.Globalization;
using System.Text;

namespace WebCoord.Server.Operations;

/// <summary>Writes metrics in the text format that Prometheus reads, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Render(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {family.Name} {EscapeHelp(family.Help)}\n");
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {family.Name} {family.Type}\n");
            var lines = family.Series
                .Select(series => (Labels: LabelsOf(series.Key), Series: series.Value))
                .OrderBy(line => line.Labels, StringComparer.Ordinal);
            foreach (var (labels, series) in lines)
            {
                Append(text, family.Name, labels, series);
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string name, string labels, MetricSeries series)
    {
        switch (series)
        {
            case MetricSeries.Sum sum:
                AppendSample(text, name, labels, sum.Value);
                break;
            case MetricSeries.Last last:
                AppendSample(text, name, labels, last.Value);
                break;
            case MetricSeries.Distribution distribution:
                AppendDistribution(text, name, labels, distribution);
                break;
        }
    }

    private static void AppendDistribution(StringBuilder text, string name, string labels,
        MetricSeries.Distribution distribution)
    {
        var (cumulative, sum) = distribution.Read();
        var before = labels.Length == 0 ? "" : labels + ",";
        for (var i = 0; i < cumulative.Length; i++)
        {
            var bound = i < distribution.Bounds.Count ? Format(distribution.Bounds[i]) : "+Inf";
            AppendSample(text, name + "_bucket", $"{before}le=\"{bound}\"", cumulative[i]);
        }

        AppendSample(text, name + "_sum", labels, sum);
        AppendSample(text, name + "_count", labels, cumulative[^1]);
    }

    private static void AppendSample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Format(value)).Append('\n');
    }

    private static string LabelsOf(KeyValuePair<string, object?>[] labels) => string.Join(',', labels.Select(label =>
        $"{label.Key}=\"{EscapeLabel(Convert.ToString(label.Value, CultureInfo.InvariantCulture) ?? "")}\""));

    private static string EscapeHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string EscapeLabel(string text) =>
        EscapeHelp(text).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string Format(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
