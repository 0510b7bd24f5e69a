using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace WebCoord.Benchmarks.Wire.Load;

/// <summary>
/// One connection that keeps a number of requests in flight and checks that each answer is the one of the oldest of
/// them, is no error and has the length that it must have.
/// </summary>
/// <param name="budget">How many requests it sends in all.</param>
internal sealed class LoadConnection(
    IPEndPoint address, FrameRing ring, int mostInFlight, long budget, LatencyHistogram latencies) : IDisposable
{
    private readonly Session _session = Session.Open(address);
    private readonly byte[] _received = new byte[256 * 1024];
    private readonly long[] _sentAt = new long[ring.Count];
    private long _budget = budget;
    private int _receivedLength;

    /// <summary>The slot of the next request.</summary>
    private int _next;

    /// <summary>The slot of the oldest request that is not answered.</summary>
    private int _oldest;

    /// <summary>Up to where the ring's bytes are in the socket. The ring is never in flight as a whole, so this being
    /// the start of the next slot says that nothing waits.</summary>
    private int _sentTo;

    public int InFlight { get; private set; }

    public Socket Socket => _session.Socket;

    /// <summary>From now on only answers are read.</summary>
    public void SendNoMore() => _budget = 0;

    /// <summary>Sends as many requests as may be in flight.</summary>
    public void Fill(long now)
    {
        while (InFlight < mostInFlight && _budget > 0)
        {
            ring.Prepare(_next);
            _sentAt[_next] = now;
            _next = ring.After(_next);
            InFlight++;
            _budget--;
        }

        var end = ring.StartOf(_next);
        if (_sentTo > end && SendUpTo(ring.Bytes.Length))
        {
            _sentTo = 0;
        }

        if (_sentTo < end)
        {
            SendUpTo(end);
        }
    }

    /// <summary>Reads the answers that have come.</summary>
    public void Receive(long now)
    {
        var free = _received.AsSpan(_receivedLength);
        var count = Socket.Receive(free, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return;
        }

        if (error != SocketError.Success || count == 0)
        {
            throw new InvalidOperationException($"The server closed a connection ({error}).");
        }

        _receivedLength += count;
        var answers = _received.AsSpan(0, _receivedLength);
        while (answers.Length >= sizeof(int)
            && BinaryPrimitives.ReadInt32BigEndian(answers) is var length && answers.Length >= sizeof(int) + length)
        {
            Check(answers.Slice(sizeof(int), length), now);
            answers = answers[(sizeof(int) + length)..];
        }

        answers.CopyTo(_received);
        _receivedLength = answers.Length;
    }

    public void Dispose() => _session.Dispose();

    private bool SendUpTo(int end)
    {
        var count = Socket.Send(ring.Bytes[_sentTo..end], SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            throw new InvalidOperationException($"The server closed a connection ({error}).");
        }

        _sentTo += count;
        return _sentTo == end;
    }

    private void Check(ReadOnlySpan<byte> answer, long now)
    {
        var xid = BinaryPrimitives.ReadInt32BigEndian(answer);
        var error = BinaryPrimitives.ReadInt32BigEndian(answer[12..]);
        if (xid != _oldest + 1 || error != 0 || answer.Length != ring.ReplyLengthOf(_oldest) || InFlight == 0)
        {
            throw new InvalidOperationException(
                $"Request {_oldest + 1} ({InFlight} in flight) was answered with xid {xid}, error {error}, "
                + $"{answer.Length} bytes for {ring.ReplyLengthOf(_oldest)}.");
        }

        latencies.Record(now - _sentAt[_oldest]);
        _oldest = ring.After(_oldest);
        InFlight--;
    }
}
