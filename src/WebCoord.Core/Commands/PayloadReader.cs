using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Commands;

/// <summary>
/// Reads what <see cref="PayloadWriter"/> wrote, and believes nothing: whatever does not fit is an <see
/// cref="InvalidDataException"/> that names the offset. All that it returns is copied out of the source.
/// </summary>
/// <param name="source">The bytes.</param>
/// <param name="origin">Where in a larger whole they begin, so that offsets in messages are those of the whole.</param>
internal ref struct PayloadReader(ReadOnlySpan<byte> source, long origin = 0)
{
    private readonly ReadOnlySpan<byte> _source = source;

    /// <summary>Where the next byte is read, for messages.</summary>
    public readonly long Offset => origin + Position;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    public readonly bool AtEnd => Position == _source.Length;

    public byte Byte() => Take(1)[0];

    public bool Flag()
    {
        var value = Byte();
        return value <= 1 ? value == 1 : throw Bad($"{value} stands neither for yes nor for no", 1);
    }

    public ulong Unsigned()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            var overflows = shift == 63 && next > 1;
            var overlong = next == 0 && shift > 0;
            if (overflows || overlong)
            {
                throw Bad("a number is not in its shortest form, or too large", 1);
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Bad("a number is too long", 1);
    }

    public long Signed()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public int Int32()
    {
        var value = Signed();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Bad($"{value} is too large", 0);
    }

    public long Fixed() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    /// <summary>How many things follow, each of at least <paramref name="leastBytes"/>: never more than can, so that a
    /// damaged count does not claim memory.</summary>
    public int Count(int leastBytes) => Checked(Unsigned(), leastBytes);

    public string Text()
    {
        var header = Unsigned();
        var wide = (header & 1) == 1;
        var length = Checked(header >> 1, wide ? sizeof(char) : 1);
        if (!wide)
        {
            var narrow = Take(length);
            return Ascii.IsValid(narrow) ? Encoding.ASCII.GetString(narrow) : throw Bad("a text is not ASCII", length);
        }

        var text = string.Create(length, Take(length * sizeof(char)), static (characters, bytes) =>
        {
            for (var i = 0; i < characters.Length; i++)
            {
                characters[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * sizeof(char))..]);
            }
        });
        return Ascii.IsValid(text) ? throw Bad("an ASCII text is written wide", text.Length * sizeof(char)) : text;
    }

    public byte[] Bytes() => Take(Count(1)).ToArray();

    public ReadOnlyMemory<byte>? Data()
    {
        var header = Unsigned();
        return header switch
        {
            // A bare null would become empty memory here: memory converts from a null array.
            0 => default(ReadOnlyMemory<byte>?),
            1 => ReadOnlyMemory<byte>.Empty,
            _ => Take(Checked(header - 1, 1)).ToArray(),
        };
    }

    public Acl Acl()
    {
        var header = Unsigned();
        if (header < PayloadWriter.FirstListedAcl)
        {
            return header == PayloadWriter.OpenAcl ? Tree.Acl.Open : Tree.Acl.ReadOnly;
        }

        var entries = new AclEntry[Checked(header - PayloadWriter.FirstListedAcl, 3)];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new AclEntry((Permissions)Int32(), Text(), Text());
        }

        return new Acl(ImmutableCollectionsMarshal.AsImmutableArray(entries));
    }

    /// <summary>An exception about the last <paramref name="bytesBack"/> bytes.</summary>
    public readonly InvalidDataException Bad(string what, int bytesBack) =>
        new($"{what}, at offset {Offset - bytesBack}");

    public readonly void ExpectEnd()
    {
        if (!AtEnd)
        {
            throw Bad($"{_source.Length - Position} bytes too many", 0);
        }
    }

    private readonly int Checked(ulong count, int leastBytes)
    {
        var room = _source.Length - Position;
        return count <= (ulong)(room / leastBytes)
            ? (int)count
            : throw Bad($"a count of {count} does not fit into the {room} bytes that are left", 0);
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _source.Length - Position)
        {
            throw Bad($"the end comes {length - (_source.Length - Position)} bytes too early", 0);
        }

        var taken = _source.Slice(Position, length);
        Position += length;
        return taken;
    }
}
