using System.Buffers;
using System.Buffers.Binary;

namespace WebCoord.Server.Wire;

/// <summary>Cuts frames out of what a connection has received (zookeeper-protocol section 1.1).</summary>
internal sealed class FrameReader(int maxFrameBytes)
{
    private const int LengthBytes = sizeof(int);

    /// <summary>Holds a frame that did not arrive in one piece of memory.</summary>
    private byte[] _joined = [];

    /// <summary>The first frame, if all of it is there.</summary>
    /// <param name="frame">Its content, valid until the next call.</param>
    /// <param name="rest">What follows it.</param>
    /// <exception cref="MalformedRequestException">The length is not one that a frame may have.</exception>
    public bool TryRead(in ReadOnlySequence<byte> buffer, out ReadOnlySpan<byte> frame,
        out ReadOnlySequence<byte> rest)
    {
        frame = default;
        rest = buffer;
        if (!TryReadLength(buffer, out var length))
        {
            return false;
        }

        if (length < 0 || length > maxFrameBytes)
        {
            throw new MalformedRequestException($"a frame of {length} bytes; the most is {maxFrameBytes}");
        }

        if (buffer.Length < LengthBytes + length)
        {
            return false;
        }

        var first = buffer.FirstSpan;
        frame = first.Length >= LengthBytes + length
            ? first.Slice(LengthBytes, length)
            : Join(buffer.Slice(LengthBytes, length));
        rest = buffer.Slice(LengthBytes + length);
        return true;
    }

    /// <summary>The first four bytes as a number: a length, or before the handshake a four-letter word.</summary>
    public static bool TryReadLength(in ReadOnlySequence<byte> buffer, out int length)
    {
        length = 0;
        if (buffer.FirstSpan.Length >= LengthBytes)
        {
            length = BinaryPrimitives.ReadInt32BigEndian(buffer.FirstSpan);
            return true;
        }

        if (buffer.Length < LengthBytes)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[LengthBytes];
        buffer.Slice(0, LengthBytes).CopyTo(bytes);
        length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        return true;
    }

    /// <summary>Gives back the memory that a joined frame took.</summary>
    public void Release()
    {
        if (_joined.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_joined);
            _joined = [];
        }
    }

    private ReadOnlySpan<byte> Join(ReadOnlySequence<byte> content)
    {
        var length = (int)content.Length;
        if (_joined.Length < length)
        {
            Release();
            _joined = ArrayPool<byte>.Shared.Rent(length);
        }

        content.CopyTo(_joined);
        return _joined.AsSpan(0, length);
    }
}
