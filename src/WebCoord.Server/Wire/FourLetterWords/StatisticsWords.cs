using System.Globalization;
using System.Text;

namespace WebCoord.Server.Wire.FourLetterWords;

/// <summary>The words about what was done: by the service as a whole, and by each connection.</summary>
internal static class StatisticsWords
{
    /// <summary><c>srvr</c>.</summary>
    public static string Service(ServiceReport report) => VersionLine + Counts(report);

    /// <summary><c>stat</c>.</summary>
    public static string ServiceWithConnections(ServiceReport report)
    {
        var text = new StringBuilder(VersionLine).Append("Clients:\n");
        foreach (var connection in report.Connections)
        {
            text.Append(Brief(connection)).Append(")\n");
        }

        return text.Append('\n').Append(Counts(report)).ToString();
    }

    /// <summary><c>cons</c>.</summary>
    public static string Connections(ServiceReport report)
    {
        var text = new StringBuilder();
        foreach (var connection in report.Connections)
        {
            text.Append(Brief(connection)).Append(SessionDetails(connection, report)).Append(")\n");
        }

        return text.Append('\n').ToString();
    }

    /// <summary><c>crst</c>.</summary>
    public static string ResetConnections(ServiceReport report)
    {
        foreach (var connection in report.Connections)
        {
            connection.Statistics.Reset();
        }

        return "Connection stats reset.\n";
    }

    /// <summary><c>srst</c>.</summary>
    public static string ResetService(ServiceReport report)
    {
        report.Statistics.Reset();
        return "Server stats reset.\n";
    }

    /// <summary><c>hash</c>: the digest of the state, to compare instances by.</summary>
    public static string Digest(ServiceReport report)
    {
        var state = report.State;
        return WordText.Invariant($"{state.LastZxid.Value:x}: {state.Digest:x}\n");
    }

    private static string VersionLine => $"Zookeeper version: {ServiceReport.Version}\n";

    private static string Counts(ServiceReport report)
    {
        var latency = report.Statistics.Latency;
        var (min, max) = (WordText.Milliseconds(latency.Min), WordText.Milliseconds(latency.Max));
        return WordText.Invariant($"""
            Latency min/avg/max: {min}/{WordText.Average(latency.Average)}/{max}
            Received: {report.Statistics.Received}
            Sent: {report.Statistics.Sent}
            Connections: {report.Connections.Count}
            Outstanding: {report.Outstanding}
            Zxid: {WordText.Hex(report.State.LastZxid.Value)}
            Mode: standalone
            Node count: {report.NodeCount}

            """);
    }

    /// <summary>What both lists tell of a connection, without the closing bracket. The 1 stands for ZooKeeper's
    /// interest in what the socket sends.</summary>
    private static string Brief(WireConnection connection)
    {
        var statistics = connection.Statistics;
        return WordText.Invariant($" /{connection.Facts.Peer}[1](queued={connection.PendingWrites},")
            + WordText.Invariant($"recved={statistics.Received},sent={statistics.Sent}");
    }

    private static string SessionDetails(WireConnection connection, ServiceReport report)
    {
        if (connection.Session is not { } session)
        {
            return "";
        }

        var latency = connection.Statistics.Latency;
        var text = new StringBuilder();
        Append("sid", WordText.Hex(session.Id.Value));
        Append("lop", latency.Last is { } reply ? NameOf(reply.OpCode) : "NA");
        Append("est", (report.Now - report.Since(connection.OpenedAt)).ToUnixTimeMilliseconds());
        Append("to", session.TimeoutMs);
        if (latency.Last is { } last)
        {
            Append("lcxid", WordText.Hex(last.Xid), last.Xid >= 0);
            Append("lzxid", WordText.Hex(last.Zxid.Value));
            Append("lresp", (report.Now - report.Since(last.At)).ToUnixTimeMilliseconds());
            Append("llat", WordText.Milliseconds(last.Latency));
            Append("minlat", WordText.Milliseconds(latency.Min));
            Append("avglat", WordText.Milliseconds(latency.Average));
            Append("maxlat", WordText.Milliseconds(latency.Max));
        }

        return text.ToString();

        void Append(string name, object value, bool isKnown = true)
        {
            if (isKnown)
            {
                text.Append(CultureInfo.InvariantCulture, $",{name}={value}");
            }
        }
    }

    /// <summary>ZooKeeper's abbreviations.</summary>
    private static string NameOf(OpCode opCode) => opCode switch
    {
        OpCode.CloseSession => "CLOS",
        OpCode.Create or OpCode.Create2 or OpCode.CreateContainer or OpCode.CreateTtl => "CREA",
        OpCode.Delete => "DELE",
        OpCode.Exists => "EXIS",
        OpCode.GetData => "GETD",
        OpCode.SetData => "SETD",
        OpCode.GetAcl => "GETA",
        OpCode.SetAcl => "SETA",
        OpCode.GetChildren or OpCode.GetChildren2 => "GETC",
        OpCode.Sync => "SYNC",
        OpCode.Ping => "PING",
        OpCode.Multi => "MULT",
        OpCode.MultiRead => "MLTR",
        OpCode.Reconfig => "RECO",
        OpCode.CheckWatches => "CHKW",
        OpCode.RemoveWatches => "REMW",
        OpCode.SetWatches => "SETW",
        OpCode.SetWatches2 => "STW2",
        OpCode.AddWatch => "ADDW",
        OpCode.GetEphemerals => "GETE",
        OpCode.GetAllChildrenNumber => "GETACN",
        OpCode.WhoAmI => "HOMI",
        _ => "NA",
    };
}
