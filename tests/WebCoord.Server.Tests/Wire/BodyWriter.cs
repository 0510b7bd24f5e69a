using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// Writes the fields of a record one after the other, as section 1.2 of the protocol has them. It is the tests' own and
/// shares nothing with the server's codec, so that a mistake in one cannot hide behind the same mistake in the other.
/// </summary>
internal sealed class BodyWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public BodyWriter Int(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes.GetSpan(sizeof(int)), value);
        _bytes.Advance(sizeof(int));
        return this;
    }

    public BodyWriter Long(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_bytes.GetSpan(sizeof(long)), value);
        _bytes.Advance(sizeof(long));
        return this;
    }

    public BodyWriter Bool(bool value) => Raw([value ? (byte)1 : (byte)0]);

    /// <summary>A length and the bytes; null has the length -1.</summary>
    public BodyWriter Buffer(byte[]? value) => value is null ? Int(-1) : Int(value.Length).Raw(value);

    public BodyWriter Text(string? value) => Buffer(value is null ? null : Encoding.UTF8.GetBytes(value));

    /// <summary>A count and the texts; null has the count -1.</summary>
    public BodyWriter Texts(IReadOnlyCollection<string?>? values)
    {
        Int(values?.Count ?? -1);
        foreach (var value in values ?? [])
        {
            Text(value);
        }

        return this;
    }

    public BodyWriter Acl(IReadOnlyCollection<WireAcl>? entries)
    {
        Int(entries?.Count ?? -1);
        foreach (var entry in entries ?? [])
        {
            Int(entry.Permissions).Text(entry.Scheme).Text(entry.Id);
        }

        return this;
    }

    /// <summary>The header before each operation of a multi, or the one that ends it.</summary>
    public BodyWriter MultiHeader(int type, bool done, int error) => Int(type).Bool(done).Int(error);

    /// <summary>Bytes as they are, without a length.</summary>
    public BodyWriter Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}
