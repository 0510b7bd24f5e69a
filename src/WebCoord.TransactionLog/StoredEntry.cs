using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.TransactionLog;

/// <summary>An entry as a log holds it, its requests still encoded.</summary>
internal sealed record StoredEntry(Zxid LastZxid, int Count, long TimestampMs, long Incarnation, long Sequence,
    string ChainHash, byte[] Payload)
{
    public LogPosition Position => new(LastZxid, ChainHash);

    /// <summary>The entry, provided that it follows a position on the chain.</summary>
    /// <exception cref="InvalidDataException">It does not, or it is damaged.</exception>
    public LogEntry DecodeAfter(LogPosition previous)
    {
        VerifyAfter(previous);
        return Decode();
    }

    /// <summary>Looks whether the entry follows a position on the chain.</summary>
    /// <exception cref="InvalidDataException">It does not, or its payload is damaged.</exception>
    public void VerifyAfter(LogPosition previous)
    {
        var first = new Zxid(LastZxid.Value - Count + 1);
        if (Core.Commands.ChainHash.Next(previous.ChainHash, first, LastZxid, TimestampMs, Payload) != ChainHash)
        {
            throw new InvalidDataException($"the chain hash does not follow from that of zxid {previous.Zxid}");
        }
    }

    /// <summary>The entry, once it was verified.</summary>
    /// <exception cref="InvalidDataException">Its payload is not what it should be.</exception>
    public LogEntry Decode()
    {
        var requests = CommandCodec.Decode(Payload);
        return requests.Length != Count
            ? throw new InvalidDataException($"it holds {requests.Length} requests instead of {Count}")
            : new LogEntry
            {
                LastZxid = LastZxid,
                TimestampMs = TimestampMs,
                Incarnation = Incarnation,
                Sequence = Sequence,
                ChainHash = ChainHash,
                Requests = requests,
                PayloadBytes = Payload.Length,
            };
    }
}
