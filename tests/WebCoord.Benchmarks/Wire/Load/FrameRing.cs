using System.Buffers.Binary;

namespace WebCoord.Benchmarks.Wire.Load;

/// <summary>
/// The requests of one connection, encoded once and sent round and round, so that a request costs the generator no more
/// than the copy into the socket. A slot's xid is its number plus one.
/// </summary>
internal sealed class FrameRing
{
    private const int Digits = 8;

    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private readonly int[] _digitEnds;
    private readonly int[] _replyLengths;
    private int _nextName = -1;

    public FrameRing(IReadOnlyList<Frame> frames)
    {
        _bytes = [.. frames.SelectMany(frame => frame.Bytes.ToArray())];
        _starts = new int[frames.Count];
        _digitEnds = new int[frames.Count];
        _replyLengths = [.. frames.Select(frame => frame.ReplyLength)];
        var start = 0;
        foreach (var (slot, frame) in frames.Index())
        {
            _starts[slot] = start;
            _digitEnds[slot] = start + frame.PathEnd;
            BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start + sizeof(int)), slot + 1);
            start += frame.Bytes.Length;
        }
    }

    public int Count => _starts.Length;

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Makes the last eight characters of each path a number that grows with every request sent, so that each
    /// create names a node that is not there yet.</summary>
    public FrameRing WithFreshNames(int first)
    {
        _nextName = first;
        return this;
    }

    public int StartOf(int slot) => _starts[slot];

    public int ReplyLengthOf(int slot) => _replyLengths[slot];

    public int After(int slot) => slot + 1 == _starts.Length ? 0 : slot + 1;

    /// <summary>Must be called before a slot is sent.</summary>
    public void Prepare(int slot)
    {
        if (_nextName < 0)
        {
            return;
        }

        var name = _nextName++;
        for (var place = _digitEnds[slot] - 1; place >= _digitEnds[slot] - Digits; place--)
        {
            _bytes[place] = (byte)('0' + (name % 10));
            name /= 10;
        }
    }
}
