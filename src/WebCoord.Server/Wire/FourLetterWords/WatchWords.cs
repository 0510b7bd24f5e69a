using System.Globalization;
using System.Text;

namespace WebCoord.Server.Wire.FourLetterWords;

/// <summary>The words about watches of data and existence, as ZooKeeper counts them. They tell of ZooKeeper clients
/// alone: a watch of the hub and a long poll belong to no session that could be shown here.</summary>
internal static class WatchWords
{
    /// <summary><c>wchs</c>.</summary>
    public static string Summary(ServiceReport report)
    {
        var watched = report.Watched().ToList();
        var paths = watched.SelectMany(session => session.Paths).Distinct(StringComparer.Ordinal).Count();
        var total = watched.Sum(session => session.Paths.Length);
        return WordText.Invariant(
            $"{watched.Count} connections watching {paths} paths\nTotal watches:{total}\n");
    }

    /// <summary><c>wchc</c>.</summary>
    public static string PathsBySession(ServiceReport report) =>
        List(report.Watched().Select(session => (session.Session, (IEnumerable<string>)session.Paths)));

    /// <summary><c>wchp</c>.</summary>
    public static string SessionsByPath(ServiceReport report) => List(
        from session in report.Watched()
        from path in session.Paths
        group session.Session by path into sessions
        select (sessions.Key, sessions.AsEnumerable()));

    /// <summary>Each head on a line of its own, what belongs to it below it behind a tab, and an empty line at the end.
    /// </summary>
    private static string List(IEnumerable<(string Head, IEnumerable<string> Lines)> heads)
    {
        var text = new StringBuilder();
        foreach (var (head, lines) in heads)
        {
            text.Append(CultureInfo.InvariantCulture, $"{head}\n");
            foreach (var line in lines)
            {
                text.Append(CultureInfo.InvariantCulture, $"\t{line}\n");
            }
        }

        return text.Append('\n').ToString();
    }
}
