using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.TransactionLog;

/// <summary>A batch on its way into a log, encoded and within its limits.</summary>
internal sealed class Batch
{
    private readonly long _sequence;
    private readonly ImmutableArray<Request> _requests;

    /// <exception cref="ArgumentException">It has no requests or too many bytes.</exception>
    public Batch(long sequence, ImmutableArray<Request> requests)
    {
        if (requests.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A batch has at least one request.", nameof(requests));
        }

        _sequence = sequence;
        _requests = requests;
        Payload = CommandCodec.Encode(requests);
        if (Payload.Length > ITransactionLog.MaxBatchBytes)
        {
            throw new ArgumentException(
                $"The batch takes {Payload.Length} bytes; the most is {ITransactionLog.MaxBatchBytes}.",
                nameof(requests));
        }
    }

    public byte[] Payload { get; }

    /// <summary>Makes the batch the last of its appender. From then on its sequence is used up, whatever becomes of
    /// it.</summary>
    /// <exception cref="ArgumentException">It is not its turn; nothing changed.</exception>
    public void TakeTurn(ref long last)
    {
        if (_sequence != last + 1)
        {
            throw new ArgumentException($"The sequence is {_sequence}; the one that comes next is {last + 1}.");
        }

        last = _sequence;
    }

    /// <summary>The entry that the batch makes after a position.</summary>
    public LogEntry EntryAfter(LogPosition head, long timestampMs, long incarnation)
    {
        var (first, last) = ZxidAssignment.After(head.Zxid, _requests.Length);
        return new LogEntry
        {
            LastZxid = last,
            TimestampMs = timestampMs,
            Incarnation = incarnation,
            Sequence = _sequence,
            ChainHash = ChainHash.Next(head.ChainHash, first, last, timestampMs, Payload),
            Requests = _requests,
            PayloadBytes = Payload.Length,
        };
    }
}
