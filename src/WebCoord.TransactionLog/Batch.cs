using System.Buffers;
using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.TransactionLog;

/// <summary>A batch on its way into a log, encoded and within its limits. Its bytes are lent until it is disposed of:
/// new arrays of this size would cost more than all else about them.</summary>
internal sealed class Batch : IDisposable
{
    private readonly byte[] _lent;
    private readonly int _bytes;

    /// <exception cref="ArgumentException">It has no requests or too many bytes.</exception>
    public Batch(long sequence, ImmutableArray<Request> requests)
    {
        if (requests.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A batch has at least one request.", nameof(requests));
        }

        Sequence = sequence;
        Requests = requests;
        _bytes = CommandCodec.Measure(requests);
        if (_bytes > ITransactionLog.MaxBatchBytes)
        {
            throw new ArgumentException(
                $"The batch takes {_bytes} bytes; the most is {ITransactionLog.MaxBatchBytes}.",
                nameof(requests));
        }

        _lent = ArrayPool<byte>.Shared.Rent(_bytes);
        CommandCodec.Encode(requests, _lent.AsSpan(0, _bytes));
    }

    public long Sequence { get; }

    public ImmutableArray<Request> Requests { get; }

    public ReadOnlySpan<byte> Payload => _lent.AsSpan(0, _bytes);

    public void Dispose() => ArrayPool<byte>.Shared.Return(_lent);

    /// <summary>Makes the batch the last of its appender. From then on its sequence is used up, whatever becomes of
    /// it.</summary>
    /// <exception cref="ArgumentException">It is not its turn; nothing changed.</exception>
    public void TakeTurn(ref long last)
    {
        if (Sequence != last + 1)
        {
            throw new ArgumentException($"The sequence is {Sequence}; the one that comes next is {last + 1}.");
        }

        last = Sequence;
    }

    /// <summary>The entry that the batch makes after a position.</summary>
    public LogEntry EntryAfter(LogPosition head, long timestampMs, long incarnation)
    {
        var (first, last) = ZxidAssignment.After(head.Zxid, Requests.Length);
        var hash = ChainHash.Next(head.ChainHash, first, last, timestampMs, Payload);
        return EntryAt(new LogPosition(last, hash), timestampMs, incarnation);
    }

    /// <summary>The entry that the batch was made into at a position.</summary>
    public LogEntry EntryAt(LogPosition position, long timestampMs, long incarnation) => new()
    {
        LastZxid = position.Zxid,
        TimestampMs = timestampMs,
        Incarnation = incarnation,
        Sequence = Sequence,
        ChainHash = position.ChainHash,
        Requests = Requests,
        PayloadBytes = _bytes,
    };
}
