using System.Globalization;
using System.Text;

namespace WebCoord.Server.Wire.FourLetterWords;

/// <summary><c>mntr</c>: numbers for monitoring systems, under ZooKeeper's names. All others are at <c>/metrics</c>.
/// </summary>
internal static class MonitoringWord
{
    public static string Gauges(ServiceReport report)
    {
        var state = report.State;
        var statistics = report.Statistics;
        var latency = statistics.Latency;
        var text = new StringBuilder();
        Append("version", ServiceReport.Version);
        Append("server_state", "standalone");
        Append("avg_latency", WordText.Average(latency.Average));
        Append("max_latency", WordText.Milliseconds(latency.Max));
        Append("min_latency", WordText.Milliseconds(latency.Min));
        Append("packets_received", statistics.Received);
        Append("packets_sent", statistics.Sent);
        Append("num_alive_connections", report.Connections.Count);
        Append("outstanding_requests", report.Outstanding);
        Append("uptime", WordText.Milliseconds(report.Uptime));
        Append("znode_count", report.NodeCount);
        Append("watch_count", report.WatchCount);
        Append("ephemerals_count", state.Sessions.Sum(session => session.Ephemerals.Count));
        Append("approximate_data_size", state.Tree.Weight);
        Append("global_sessions", state.Sessions.Count);
        Append("local_sessions", 0);
        if (OpenFiles.TryCount(out var open, out var most))
        {
            Append("open_file_descriptor_count", open);
            Append("max_file_descriptor_count", most);
        }

        return text.ToString();

        void Append(string name, object value) => text.Append(CultureInfo.InvariantCulture, $"zk_{name}\t{value}\n");
    }
}
