using System.Buffers.Binary;
using System.Text;

namespace WebCoord.Server.Tests.Wire;

/// <summary>Reads the fields that <see cref="BodyWriter"/> writes. What is not well-formed throws
/// <see cref="InvalidDataException"/>.</summary>
internal sealed class BodyReader(ReadOnlyMemory<byte> bytes)
{
    private int _position;

    /// <summary>Bytes that were not read yet.</summary>
    public int Remaining => bytes.Length - _position;

    public int Int() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    public long Long() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    public bool Bool() => Take(1)[0] switch
    {
        0 => false,
        1 => true,
        var other => throw new InvalidDataException($"A boolean is {other}."),
    };

    public byte[]? Buffer()
    {
        var length = Int();
        return length == -1 ? null : Take(length).ToArray();
    }

    /// <summary>A text in UTF-8, or as Java writes it: each of two surrogates by itself, in three bytes.</summary>
    public string? Text()
    {
        if (Buffer() is not { } bytes)
        {
            return null;
        }

        var text = new StringBuilder();
        var start = 0;
        for (var index = 0; index + 2 < bytes.Length; index++)
        {
            if (bytes[index] == 0xed && bytes[index + 1] >= 0xa0)
            {
                text.Append(Encoding.UTF8.GetString(bytes, start, index - start));
                text.Append((char)(0xd000 | ((bytes[index + 1] & 0x3f) << 6) | (bytes[index + 2] & 0x3f)));
                index += 2;
                start = index + 1;
            }
        }

        return text.Append(Encoding.UTF8.GetString(bytes, start, bytes.Length - start)).ToString();
    }

    public List<string?>? Texts() => List(Text);

    public List<WireAcl>? Acl() => List(() => new WireAcl(Int(), Text(), Text()));

    public WireStat Stat() => new(Long(), Long(), Long(), Long(), Int(), Int(), Int(), Long(), Int(), Int(), Long());

    public WireEvent Event() => new(Int(), Int(), Text());

    public (int Type, bool Done, int Error) MultiHeader() => (Int(), Bool(), Int());

    /// <summary>A count and so many elements; null for the count -1.</summary>
    public List<T>? List<T>(Func<T> read)
    {
        var count = Int();
        if (count == -1)
        {
            return null;
        }

        // Every element has at least one byte.
        if (count < 0 || count > Remaining)
        {
            throw new InvalidDataException($"A vector of {count} elements in {Remaining} bytes.");
        }

        return [.. Enumerable.Range(0, count).Select(_ => read())];
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > Remaining)
        {
            throw new InvalidDataException($"{length} bytes wanted at {_position} of {bytes.Length}.");
        }

        _position += length;
        return bytes.Span.Slice(_position - length, length);
    }
}
