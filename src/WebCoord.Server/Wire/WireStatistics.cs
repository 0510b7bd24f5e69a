using WebCoord.Core;

namespace WebCoord.Server.Wire;

/// <summary>What one connection, or all together since the start, have done: what the four-letter words tell. Any
/// thread may call it.</summary>
/// <param name="whole">Counts what this one counts, and goes on counting when this one begins again.</param>
internal sealed class WireStatistics(TimeProvider time, WireStatistics? whole = null)
{
    private readonly Lock _lock = new();
    private long _received;
    private long _receivedBefore;
    private long _sent;
    private long _sentBefore;
    private Latencies _latencies;

    /// <summary>Frames and four-letter words received.</summary>
    public long Received => ReceivedEver - Volatile.Read(ref _receivedBefore);

    /// <summary>Frames and answers to words sent, events included.</summary>
    public long Sent => SentEver - Volatile.Read(ref _sentBefore);

    /// <summary>As <see cref="Received"/>, without regard to <see cref="Reset"/>.</summary>
    public long ReceivedEver => Volatile.Read(ref _received);

    /// <summary>As <see cref="Sent"/>, without regard to <see cref="Reset"/>.</summary>
    public long SentEver => Volatile.Read(ref _sent);

    /// <summary>How long requests took.</summary>
    public Latencies Latency
    {
        get
        {
            lock (_lock)
            {
                return _latencies;
            }
        }
    }

    public void FramesReceived(int count)
    {
        Interlocked.Add(ref _received, count);
        whole?.FramesReceived(count);
    }

    public void FramesSent(int count)
    {
        Interlocked.Add(ref _sent, count);
        whole?.FramesSent(count);
    }

    /// <summary>Requests have their replies.</summary>
    /// <param name="started">When they were begun, in ticks of the time provider.</param>
    /// <param name="count">How many they were; the others are told about the last.</param>
    public void Answered(OpCode opCode, int xid, Zxid zxid, long started, int count = 1)
    {
        var now = time.GetTimestamp();
        Add(new Reply(opCode, xid, zxid, now, time.GetElapsedTime(started, now)), count);
    }

    /// <summary>Begins again with nothing.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _latencies = default;
        }

        Volatile.Write(ref _receivedBefore, ReceivedEver);
        Volatile.Write(ref _sentBefore, SentEver);
    }

    private void Add(Reply reply, int count)
    {
        lock (_lock)
        {
            _latencies = _latencies.With(reply, count);
        }

        whole?.Add(reply, count);
    }

    /// <summary>A reply, the last of all.</summary>
    /// <param name="At">When it was put in its place, in ticks of the time provider.</param>
    internal readonly record struct Reply(OpCode OpCode, int Xid, Zxid Zxid, long At, TimeSpan Latency);

    /// <summary>How long the requests took that were answered; all is zero before the first.</summary>
    /// <param name="Last">The last reply; null before the first.</param>
    internal readonly record struct Latencies(Reply? Last, long Count, TimeSpan Total, TimeSpan Min, TimeSpan Max)
    {
        public TimeSpan Average => Count == 0 ? TimeSpan.Zero : Total / Count;

        public Latencies With(Reply reply, int count) => new(reply, Count + count, Total + (reply.Latency * count),
            Count == 0 || reply.Latency < Min ? reply.Latency : Min, reply.Latency > Max ? reply.Latency : Max);
    }
}
