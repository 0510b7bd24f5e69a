using WebCoord.Core;

namespace WebCoord.Server.Pipeline;

/// <summary>Says now and then how far loading is, so that a start with a large log does not look like a hang.</summary>
internal sealed partial class LoadProgress(TimeProvider time, ILogger<LoadProgress> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private long _lastReport = time.GetTimestamp();

    public void SnapshotRead(long nodes, long allNodes)
    {
        if (IsDue())
        {
            LogSnapshot(nodes, allNodes);
        }
    }

    public void Replayed(Zxid zxid, Zxid head, long nodes)
    {
        if (IsDue())
        {
            LogReplay(zxid, head, nodes);
        }
    }

    private bool IsDue()
    {
        if (time.GetElapsedTime(_lastReport) < Interval)
        {
            return false;
        }

        _lastReport = time.GetTimestamp();
        return true;
    }

    [LoggerMessage(130, LogLevel.Information, "Loading the snapshot: {Nodes} of {AllNodes} nodes")]
    private partial void LogSnapshot(long nodes, long allNodes);

    [LoggerMessage(131, LogLevel.Information, "Replaying the log: at zxid {Zxid} of {Head}, {Nodes} nodes")]
    private partial void LogReplay(Zxid zxid, Zxid head, long nodes);
}
