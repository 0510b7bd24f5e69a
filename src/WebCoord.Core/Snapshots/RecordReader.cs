using System.Security.Cryptography;
using WebCoord.Core.Commands;

namespace WebCoord.Core.Snapshots;

/// <summary>Cuts a stream into records through one buffer, and hashes what went by.</summary>
internal sealed class RecordReader(Stream source) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[256 << 10];

    /// <summary>The offset of the buffer in the stream.</summary>
    private long _origin;

    /// <summary>The next byte to read, in the buffer.</summary>
    private int _position;

    /// <summary>How much of the buffer went into the hash. Invariant: hashed &lt;= position &lt;= filled.</summary>
    private int _hashed;

    /// <summary>How much of the buffer is filled.</summary>
    private int _filled;

    public long Offset => _origin + _position;

    public void Dispose() => _hash.Dispose();

    /// <summary>The next bytes; valid until the next call.</summary>
    public ReadOnlySpan<byte> Take(int length)
    {
        if (!TryFill(length))
        {
            throw new InvalidDataException($"the snapshot is cut off at offset {_origin + _filled}");
        }

        _position += length;
        return _buffer.AsSpan(_position - length, length);
    }

    /// <summary>The content of the next record, which is all to be read; valid until the next call.</summary>
    public PayloadReader Record()
    {
        var length = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = Take(1)[0];
            length |= (next & 0x7F) << shift;
            if (next < 0x80)
            {
                break;
            }

            if (shift >= 21)
            {
                throw new InvalidDataException($"a record is too long, at offset {Offset - 1}");
            }
        }

        if (length > SnapshotCodec.MaxRecordBytes)
        {
            throw new InvalidDataException($"a record of {length} bytes is too long, at offset {Offset}");
        }

        var start = Offset;
        return new PayloadReader(Take(length), start);
    }

    /// <summary>Checks that the hash of all that was read comes next, and then the end.</summary>
    public void ExpectHashAndEnd()
    {
        HashRead();
        var computed = _hash.GetHashAndReset();
        if (!Take(computed.Length).SequenceEqual(computed))
        {
            throw new InvalidDataException(
                $"the SHA-256 at offset {Offset - computed.Length} is not that of the bytes before it");
        }

        if (TryFill(1))
        {
            throw new InvalidDataException($"there are bytes after the end of the snapshot, at offset {Offset}");
        }
    }

    private bool TryFill(int length)
    {
        if (_filled - _position >= length)
        {
            return true;
        }

        HashRead();
        var rest = _buffer.AsSpan(_position, _filled - _position);
        var larger = length > _buffer.Length ? new byte[length] : _buffer;
        rest.CopyTo(larger);
        (_origin, _position, _filled) = (_origin + _position, 0, rest.Length);
        _hashed = 0;
        _buffer = larger;
        while (_filled < length)
        {
            var read = source.Read(_buffer, _filled, _buffer.Length - _filled);
            if (read == 0)
            {
                return false;
            }

            _filled += read;
        }

        return true;
    }

    private void HashRead()
    {
        _hash.AppendData(_buffer, _hashed, _position - _hashed);
        _hashed = _position;
    }
}
