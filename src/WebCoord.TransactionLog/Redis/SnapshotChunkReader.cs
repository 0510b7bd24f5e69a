using System.Security.Cryptography;
using StackExchange.Redis;

namespace WebCoord.TransactionLog.Redis;

/// <summary>
/// Reads a snapshot from Redis, one chunk ahead, and verifies at its end that it is what was written. For a thread of
/// its own: it blocks while Redis is slower.
/// </summary>
internal sealed class SnapshotChunkReader(RedisConnection connection, SnapshotManifest manifest,
    CancellationToken cancellationToken) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Task<RedisValue>? _next;
    private byte[] _chunk = [];
    private int _read;
    private int _chunks;
    private long _bytes;
    private bool _verified;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="InvalidDataException">A chunk is not there, or they are not those that were
    /// written.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (_read == _chunk.Length)
        {
            if (_chunks == manifest.Chunks)
            {
                Verify();
                return 0;
            }

            (_chunk, _read) = (Take(), 0);
        }

        var taken = Math.Min(buffer.Length, _chunk.Length - _read);
        _chunk.AsSpan(_read, taken).CopyTo(buffer);
        _read += taken;
        return taken;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private byte[] Take()
    {
        var asked = _next ?? Ask(_chunks);
        _next = _chunks + 1 < manifest.Chunks ? Ask(_chunks + 1) : null;
        byte[]? chunk = asked.GetAwaiter().GetResult();
        _chunks++;
        if (chunk is null)
        {
            throw new InvalidDataException($"chunk {_chunks} of {manifest.Chunks} is not there");
        }

        _hash.AppendData(chunk);
        _bytes += chunk.Length;
        return chunk;
    }

    private Task<RedisValue> Ask(int index) => connection.AskAsync(
        () => connection.Database.StringGetAsync(connection.Keys.SnapshotChunk(manifest.Attempt, index),
            CommandFlags.DemandMaster), cancellationToken);

    private void Verify()
    {
        if (_verified)
        {
            return;
        }

        _verified = true;
        if (_bytes != manifest.Bytes)
        {
            throw new InvalidDataException($"its chunks have {_bytes} bytes, its manifest says {manifest.Bytes}");
        }

        if (Convert.ToHexStringLower(_hash.GetHashAndReset()) != manifest.Digest)
        {
            throw new InvalidDataException("its bytes are not those that were written");
        }
    }
}
