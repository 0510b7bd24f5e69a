using System.Buffers.Binary;

namespace WebCoord.Server.Wire;

/// <summary>The bytes of a request do not form the record that its opcode asks for.</summary>
internal sealed class MalformedRequestException(string message) : Exception(message);

/// <summary>
/// Reads ZooKeeper's encoding out of one frame: everything big-endian, lengths before contents, a length of -1 for null
/// (zookeeper-protocol section 1.2). What is left over after a record is not looked at, as in ZooKeeper.
/// </summary>
/// <exception cref="MalformedRequestException">From every method: the frame ends too early, or has an impossible
/// length.</exception>
internal ref struct JuteReader(ReadOnlySpan<byte> frame)
{
    private ReadOnlySpan<byte> _rest = frame;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    public bool Bool() => Take(1)[0] != 0;

    public int Int() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    public long Long() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    /// <summary>The content of a buffer or string, still in the frame; false for null.</summary>
    public bool TryBytes(out ReadOnlySpan<byte> bytes)
    {
        var length = Int();
        if (length < -1)
        {
            throw new MalformedRequestException($"a length is {length}");
        }

        bytes = length == -1 ? default : Take(length);
        return length != -1;
    }

    /// <summary>A copy of a buffer's content, or null.</summary>
    public ReadOnlyMemory<byte>? Buffer() => TryBytes(out var bytes) ? bytes.ToArray() : default(ReadOnlyMemory<byte>?);

    /// <summary>A string, or null.</summary>
    public string? Text() => TryBytes(out var bytes) ? JuteText.Decode(bytes) : null;

    /// <summary>A string that must not be null.</summary>
    public string Required() => Text() ?? throw new MalformedRequestException("a path is null");

    /// <summary>The content of a string that must not be null, still in the frame.</summary>
    public ReadOnlySpan<byte> RequiredBytes() =>
        TryBytes(out var bytes) ? bytes : throw new MalformedRequestException("a path is null");

    /// <summary>The number of elements of a vector; -1 and all other negative numbers mean none.</summary>
    /// <param name="least">Fewest bytes that one element takes: a count that the frame cannot hold is refused before
    /// anything is set aside for it.</param>
    public int Count(int least)
    {
        var count = Int();
        return (long)count * least <= _rest.Length
            ? Math.Max(0, count)
            : throw new MalformedRequestException($"a vector of {count} elements does not fit the frame");
    }

    /// <summary>A vector of strings; null ones are refused.</summary>
    public string[] Texts()
    {
        var texts = new string[Count(sizeof(int))];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = Required();
        }

        return texts;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            throw new MalformedRequestException($"{length} bytes are missing at the end of the frame");
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
