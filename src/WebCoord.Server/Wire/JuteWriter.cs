using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using WebCoord.Core;

namespace WebCoord.Server.Wire;

/// <summary>
/// Writes frames of ZooKeeper's encoding, one after the other, into memory that it rents while it holds any. Not safe
/// for several threads at once.
/// </summary>
internal sealed class JuteWriter
{
    private const int InitialBytes = 4_096;

    private byte[] _buffer = [];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public void Bool(bool value) => Reserve(1)[0] = value ? (byte)1 : (byte)0;

    public void Int(int value) => BinaryPrimitives.WriteInt32BigEndian(Reserve(sizeof(int)), value);

    public void Long(long value) => BinaryPrimitives.WriteInt64BigEndian(Reserve(sizeof(long)), value);

    /// <summary>Bytes as they are, without a length.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void Buffer(ReadOnlyMemory<byte>? content)
    {
        if (content is { } bytes)
        {
            Buffer(bytes.Span);
        }
        else
        {
            Int(-1);
        }
    }

    public void Buffer(ReadOnlySpan<byte> content)
    {
        Int(content.Length);
        Raw(content);
    }

    public void Text(string? text)
    {
        if (text is null)
        {
            Int(-1);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(text);
        Int(length);
        Encoding.UTF8.GetBytes(text, Reserve(length));
    }

    public void Texts(IReadOnlyCollection<string> texts)
    {
        Int(texts.Count);
        foreach (var text in texts)
        {
            Text(text);
        }
    }

    /// <summary>Begins a frame; its length is filled in by <see cref="End"/>.</summary>
    /// <returns>Where it begins.</returns>
    public int Begin()
    {
        var start = Length;
        Int(0);
        return start;
    }

    /// <summary>Ends the frame that began there.</summary>
    public void End(int start) =>
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(start), Length - start - sizeof(int));

    /// <summary>Begins a reply that is a success so far.</summary>
    public int BeginReply(int xid, Zxid zxid)
    {
        var start = Begin();
        new Records.ReplyHeader(xid, zxid.Value, ErrorCode.Ok).Write(this);
        return start;
    }

    /// <summary>A reply that has nothing but a header.</summary>
    public void Reply(int xid, Zxid zxid, ErrorCode error = ErrorCode.Ok)
    {
        var start = Begin();
        new Records.ReplyHeader(xid, zxid.Value, error).Write(this);
        End(start);
    }

    /// <summary>Takes back all that was written from there on.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Forgets what was written and gives the memory back.</summary>
    public void Release()
    {
        Length = 0;
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_buffer.Length - Length < bytes)
        {
            Grow(bytes);
        }

        var reserved = _buffer.AsSpan(Length, bytes);
        Length += bytes;
        return reserved;
    }

    private void Grow(int bytes)
    {
        var size = Math.Max(Math.Max(InitialBytes, _buffer.Length * 2L), (long)Length + bytes);
        var grown = ArrayPool<byte>.Shared.Rent(checked((int)Math.Min(size, Array.MaxLength)));
        Written.CopyTo(grown);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = grown;
    }
}
