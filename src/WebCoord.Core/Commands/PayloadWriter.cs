using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Commands;

/// <summary>
/// Writes the primitives of the binary formats into a span, or only counts what they would take: one description of a
/// format then serves for its size too. <see cref="PayloadReader"/> reads the same.
/// </summary>
internal ref struct PayloadWriter
{
    /// <summary>An ACL is the number of its entries plus 2; 0 and 1 stand for these two.</summary>
    internal const int OpenAcl = 0;
    internal const int ReadOnlyAcl = 1;
    internal const int FirstListedAcl = 2;

    private readonly Span<byte> _destination;
    private readonly bool _measuring;

    private PayloadWriter(Span<byte> destination, bool measuring)
    {
        _destination = destination;
        _measuring = measuring;
    }

    /// <summary>Bytes written or counted so far.</summary>
    public int Position { get; private set; }

    /// <summary>Counts without writing.</summary>
    public static PayloadWriter Measuring() => new([], true);

    /// <summary>Writes into a span that is large enough.</summary>
    public static PayloadWriter Into(Span<byte> destination) => new(destination, false);

    public void Byte(byte value)
    {
        var place = Take(1);
        if (!_measuring)
        {
            place[0] = value;
        }
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>A number that is seldom large: 7 bits per byte, low bits first, the high bit set on all but the last.
    /// </summary>
    public void Unsigned(ulong value)
    {
        var place = Take((BitOperations.Log2(value | 1) / 7) + 1);
        if (_measuring)
        {
            return;
        }

        for (var i = 0; i < place.Length - 1; i++)
        {
            place[i] = (byte)(value | 0x80);
            value >>= 7;
        }

        place[^1] = (byte)value;
    }

    public void Count(int value) => Unsigned((ulong)value);

    /// <summary>A number that may be negative and is seldom far from 0.</summary>
    public void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>A number whose bits are all in use: 8 bytes, low byte first.</summary>
    public void Fixed(long value)
    {
        var place = Take(sizeof(long));
        if (!_measuring)
        {
            BinaryPrimitives.WriteInt64LittleEndian(place, value);
        }
    }

    /// <summary>
    /// Twice the number of characters, plus 1 if they are not all ASCII; then one byte per character, or else two, low
    /// byte first. UTF-8 would lose unpaired surrogates, and a replayed command must be the one that was applied.
    /// </summary>
    public void Text(string value)
    {
        var wide = !Ascii.IsValid(value);
        Unsigned(((ulong)value.Length << 1) | (wide ? 1UL : 0UL));
        var place = Take(wide ? checked(value.Length * sizeof(char)) : value.Length);
        if (_measuring)
        {
            return;
        }

        if (!wide)
        {
            Ascii.FromUtf16(value, place, out _);
        }
        else if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(value.AsSpan()).CopyTo(place);
        }
        else
        {
            for (var i = 0; i < value.Length; i++)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(place[(i * sizeof(char))..], value[i]);
            }
        }
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Count(value.Length);
        var place = Take(value.Length);
        if (!_measuring)
        {
            value.CopyTo(place);
        }
    }

    /// <summary>0 for null; otherwise the number of bytes plus 1, and the bytes.</summary>
    public void Data(ReadOnlyMemory<byte>? value)
    {
        Unsigned(value is { } present ? (ulong)present.Length + 1 : 0);
        var bytes = value.GetValueOrDefault().Span;
        var place = Take(bytes.Length);
        if (!_measuring)
        {
            bytes.CopyTo(place);
        }
    }

    public void Acl(Acl acl)
    {
        if (acl.Equals(Tree.Acl.Open))
        {
            Count(OpenAcl);
            return;
        }

        if (acl.Equals(Tree.Acl.ReadOnly))
        {
            Count(ReadOnlyAcl);
            return;
        }

        var entries = acl.Entries.AsSpan();
        Count(entries.Length + FirstListedAcl);
        foreach (var entry in entries)
        {
            Signed((int)entry.Permissions);
            Text(entry.Scheme);
            Text(entry.Id);
        }
    }

    private Span<byte> Take(int length)
    {
        var start = Position;
        Position = checked(start + length);
        return _measuring ? [] : _destination.Slice(start, length);
    }
}
