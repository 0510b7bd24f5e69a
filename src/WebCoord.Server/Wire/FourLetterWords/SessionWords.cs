using System.Globalization;
using System.Text;
using WebCoord.Core.Sessions;

namespace WebCoord.Server.Wire.FourLetterWords;

/// <summary><c>dump</c>: all sessions of the service with the time at which they expire unless they are heard of, their
/// ephemeral nodes, and the connections of ZooKeeper clients.</summary>
internal static class SessionWords
{
    public static string Dump(ServiceReport report)
    {
        var sessions = report.State.Sessions.ToList();
        var connections = report.Connections;
        var text = new StringBuilder("SessionTracker dump:\n");
        AppendSets(text, "Session Sets", sessions.Select(session =>
            (ExpiryOf(session, report), $"\t{WordText.Hex(session.Id.Value)}\n")));
        AppendEphemerals(text, [.. sessions.Where(session => !session.Ephemerals.IsEmpty)]);
        text.Append("Connections dump:\n");
        AppendSets(text, "Connections Sets", connections.Select(connection =>
            (ExpiryOf(connection, report), DescribeConnection(connection))));
        return text.ToString();
    }

    /// <summary>What expires in the same second is one set.</summary>
    private static void AppendSets(StringBuilder text, string title,
        IEnumerable<(DateTimeOffset Expiry, string Line)> members)
    {
        var sets = members.OrderBy(member => member.Expiry)
            .GroupBy(member => WordText.Date(member.Expiry), member => member.Line, StringComparer.Ordinal).ToList();
        text.Append(CultureInfo.InvariantCulture, $"{title} ({sets.Count})/({sets.Sum(set => set.Count())}):\n");
        foreach (var set in sets)
        {
            text.Append(CultureInfo.InvariantCulture, $"{set.Count()} expire at {set.Key}:\n").AppendJoin("", set);
        }
    }

    private static void AppendEphemerals(StringBuilder text, List<Session> sessions)
    {
        text.Append("ephemeral nodes dump:\n");
        text.Append(CultureInfo.InvariantCulture, $"Sessions with Ephemerals ({sessions.Count}):\n");
        foreach (var session in sessions)
        {
            text.Append(CultureInfo.InvariantCulture, $"{WordText.Hex(session.Id.Value)}:\n");
            foreach (var path in session.Ephemerals)
            {
                text.Append(CultureInfo.InvariantCulture, $"\t{path}\n");
            }
        }
    }

    private static string DescribeConnection(WireConnection connection) =>
        $"\tip: /{connection.Facts.Peer} sessionId: {WordText.Hex(connection.Session?.Id.Value ?? 0)}\n";

    /// <summary>By the log clock, which stands still while the service does.</summary>
    private static DateTimeOffset ExpiryOf(Session session, ServiceReport report) => report.Now.AddMilliseconds(
        Math.Max(0, session.LastTouchMs + session.TimeoutMs - report.State.LogClockMs));

    /// <summary>A connection lasts as long as its session, or as long as its handshake may take.</summary>
    private static DateTimeOffset ExpiryOf(WireConnection connection, ServiceReport report) =>
        connection.Session is { } session
            ? ExpiryOf(report.State.Sessions.Find(session.Id) ?? session, report)
            : report.Now + WirePulse.MaxHandshake - report.Since(connection.OpenedAt);
}
