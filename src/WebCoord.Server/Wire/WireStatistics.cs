using WebCoord.Core;

namespace WebCoord.Server.Wire;

/// <summary>What one connection, or all together, have done: what the four-letter words tell. The counts are exact for
/// one thread at a time; a look from outside may be late.</summary>
internal sealed class WireStatistics
{
    private long _maxTicks;
    private long _minTicks = long.MaxValue;
    private long _totalTicks;
    private long _measured;

    /// <summary>Frames received.</summary>
    public long Received { get; private set; }

    /// <summary>What was asked last; null before the first request.</summary>
    public OpCode? LastOpCode { get; private set; }

    public int LastXid { get; private set; } = -1;

    /// <summary>Of the last reply.</summary>
    public Zxid LastZxid { get; private set; }

    /// <summary>How long the last request took.</summary>
    public TimeSpan LastLatency { get; private set; }

    /// <summary>Requests answered.</summary>
    public long Answers => _measured;

    public TimeSpan MinLatency => _measured == 0 ? TimeSpan.Zero : new TimeSpan(_minTicks);

    public TimeSpan AverageLatency => _measured == 0 ? TimeSpan.Zero : new TimeSpan(_totalTicks / _measured);

    public TimeSpan MaxLatency => new(_maxTicks);

    public void FramesReceived(int count) => Received += count;

    public void Answered(OpCode opCode, int xid, Zxid zxid, TimeSpan latency, int count = 1)
    {
        LastOpCode = opCode;
        LastXid = xid;
        LastZxid = zxid;
        LastLatency = latency;
        _measured += count;
        _totalTicks += latency.Ticks * count;
        _minTicks = Math.Min(_minTicks, latency.Ticks);
        _maxTicks = Math.Max(_maxTicks, latency.Ticks);
    }
}
