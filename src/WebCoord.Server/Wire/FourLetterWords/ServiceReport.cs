using System.Reflection;
using Microsoft.Extensions.Options;
using WebCoord.Core;
using WebCoord.Core.Watches;
using WebCoord.Server.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Wire.FourLetterWords;

/// <summary>Where the answers to four-letter words come from: the service as it is at the moment of asking.</summary>
internal sealed class ServiceReport(Applier applier, PipelineService pipeline, WireConnections connections,
    LogHealth health, ITransactionLog log, IOptions<WebCoordOptions> options, TimeProvider time)
{
    /// <summary>The ZooKeeper whose behaviour this service has. Clients read their features off the number in front.
    /// </summary>
    private const string BehavesAs = "3.9.5";

    private readonly long _started = time.GetTimestamp();

    /// <summary>In ZooKeeper's form: a version that says what clients may expect, then who says so, and when it was
    /// built.</summary>
    public static string Version { get; } = DescribeVersion();

    public CoordinationState State => applier.State;

    /// <summary>Whether the log is loaded, and not being loaded anew, and takes writes.</summary>
    public bool IsServing => pipeline.IsReady && !health.IsHeld && health.IsAvailable;

    public ZooKeeperOptions Options => options.Value.ZooKeeper;

    public LogDescription Log => log.Description;

    public TimeSpan Uptime => Since(_started);

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>What all wire connections together have done.</summary>
    public WireStatistics Statistics => connections.Statistics;

    /// <summary>The open wire connections, the asking one included, the oldest first.</summary>
    public IReadOnlyList<WireConnection> Connections =>
        [.. connections.All.OrderBy(connection => connection.Facts.Owner.Connection)];

    /// <summary>Requests of wire connections that wait for the log.</summary>
    public int Outstanding => connections.All.Sum(connection => connection.PendingWrites);

    /// <summary>ZooKeeper counts the root twice.</summary>
    public long NodeCount => State.Tree.NodeCount + 1;

    /// <summary>Armed watches, those of the hub and of long polls included.</summary>
    public int WatchCount => applier.WatchCount;

    /// <summary>The paths whose data or existence the session of a wire connection watches: what ZooKeeper tells of
    /// watches. Each connection is a look of its own, so that the Applier never waits long.</summary>
    public IEnumerable<(string Session, string[] Paths)> Watched() =>
        from connection in Connections
        let session = connection.Session
        where session is not null
        let paths = applier.Arm((_, watches) => watches.PathsOf(connection, WatchKind.Data))
        where paths.Length > 0
        select (WordText.Hex(session.Id.Value), paths);

    /// <summary>How long ago it was, by the time provider's ticks.</summary>
    public TimeSpan Since(long timestamp) => time.GetElapsedTime(timestamp);

    private static string DescribeVersion()
    {
        var assembly = typeof(ServiceReport).Assembly;
        var own = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        var built = File.GetLastWriteTimeUtc(assembly.Location);
        return WordText.Invariant(
            $"{BehavesAs}-webcoord-{own.Split('+')[0]}, built on {built:yyyy-MM-dd HH:mm} UTC");
    }
}
