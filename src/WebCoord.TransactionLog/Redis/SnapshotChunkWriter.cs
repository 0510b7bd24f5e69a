using System.Security.Cryptography;
using StackExchange.Redis;
using WebCoord.Core;

namespace WebCoord.TransactionLog.Redis;

/// <summary>
/// Writes a snapshot into Redis in chunks, each a key of its own: one is filled while the one before is under way. The
/// chunks expire unless the snapshot is made to count. For a thread of its own: it blocks while Redis is slower.
/// </summary>
/// <param name="writer">Who holds the claim, which each chunk renews.</param>
internal sealed class SnapshotChunkWriter(RedisConnection connection, Zxid zxid, string writer,
    CancellationToken cancellationToken) : Stream
{
    /// <summary>Small enough that an append waits hardly longer behind one.</summary>
    public const int ChunkBytes = 256 << 10;

    /// <summary>How long chunks stay that do not count. Nothing takes so long to write.</summary>
    private static readonly TimeSpan Expiry = TimeSpan.FromMinutes(15);

    private readonly string _attempt = zxid + ":" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _filling = new byte[ChunkBytes];
    private byte[] _spare = new byte[ChunkBytes];
    private Task _sending = Task.CompletedTask;
    private int _filled;
    private int _chunks;
    private long _bytes;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The manifest of all that was written, once Redis has it.</summary>
    public SnapshotManifest Finish(LogPosition position, string logId)
    {
        if (_filled > 0)
        {
            Send(_filling.AsMemory(0, _filled).ToArray());
        }

        Wait();
        var digest = Convert.ToHexStringLower(_hash.GetHashAndReset());
        return new SnapshotManifest(_attempt, position, _chunks, _bytes, digest, logId, writer);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var fits = Math.Min(buffer.Length, ChunkBytes - _filled);
            buffer[..fits].CopyTo(_filling.AsSpan(_filled));
            buffer = buffer[fits..];
            _filled += fits;
            if (_filled == ChunkBytes)
            {
                var full = _filling;
                Send(full);
                (_filling, _spare) = (_spare, full);
                _filled = 0;
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // A chunk is sent once it is full, the last one by Finish.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Removes what was written, as far as Redis can be reached; else it expires. Only for what certainly does
    /// not count and never will.</summary>
    public void Abandon()
    {
        try
        {
            for (var i = 0; i < _chunks; i++)
            {
                connection.Database.KeyDeleteAsync(connection.Keys.SnapshotChunk(_attempt, i),
                    CommandFlags.FireAndForget | CommandFlags.DemandMaster);
            }
        }
        catch (Exception failure) when (failure is RedisException or ObjectDisposedException)
        {
            // Redis cannot be reached any more.
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Begins to send a chunk; its bytes stay as they are until the next one is sent.</summary>
    private void Send(byte[] chunk)
    {
        Wait();
        _hash.AppendData(chunk);
        _bytes += chunk.Length;
        var key = connection.Keys.SnapshotChunk(_attempt, _chunks++);
        _sending = connection.AskAsync(
            () =>
            {
                connection.Database.KeyExpireAsync(connection.Keys.SnapshotClaim, RedisSnapshots.ClaimTime,
                    CommandFlags.FireAndForget | CommandFlags.DemandMaster);
                return connection.Database.StringSetAsync(key, chunk, Expiry, When.Always, CommandFlags.DemandMaster);
            },
            cancellationToken);
    }

    private void Wait() => _sending.GetAwaiter().GetResult();
}
