using System.Globalization;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace WebCoord.TransactionLog.Redis;

/// <summary>What an instance brings to a handshake.</summary>
internal sealed record HandshakeOffer
{
    /// <summary>Of the log it knows; null if it knows none yet.</summary>
    public string? LogId { get; init; }

    /// <summary>The last entry it knows; null if it knows no log.</summary>
    public LogPosition? Position { get; init; }

    /// <summary>The oldest entry that it can tell to be on the chain; null if it knows no log.</summary>
    public LogPosition? Anchor { get; init; }

    /// <summary>Whether it gives up the log it knows for any other that is there.</summary>
    public bool Adopts { get; init; }

    /// <summary>Under which it last appended; 0 if it did not.</summary>
    public long OldIncarnation { get; init; }

    /// <summary>Under which it will.</summary>
    public required long NewIncarnation { get; init; }

    /// <summary>The last sequence that is used up.</summary>
    public long LastSequence { get; init; }

    /// <summary>Whether a log may be begun.</summary>
    public bool MayCreate { get; init; }

    /// <summary>What its first entry would follow.</summary>
    public LogPosition Start { get; init; } = LogPosition.Start;
}

/// <summary>What it goes home with.</summary>
/// <param name="Place">Where its position stands.</param>
/// <param name="OldLastSequence">The last sequence in the log of the old incarnation, which is retired; null if the log
/// has never heard of it.</param>
internal sealed record HandshakeAnswer(ChainPlace Place, RedisGeneration Generation, LogPosition Head,
    LogPosition Floor, long? OldLastSequence);

/// <summary>Runs <c>handshake.lua</c>: what comes before anything else on a connection.</summary>
internal static class Handshake
{
    private static readonly RedisScript Script = new("handshake", runsWhenFull: true);

    /// <exception cref="LogUnavailableException">There is no answer, no master, or the log is lost.</exception>
    /// <exception cref="LogRefusedException">There is no log, or none that can be used.</exception>
    public static async Task<HandshakeAnswer> ShakeAsync(RedisConnection connection, HandshakeOffer offer,
        CancellationToken cancellationToken)
    {
        var known = offer.Adopts ? new HandshakeOffer { NewIncarnation = offer.NewIncarnation } : offer;
        RedisValue[] arguments =
        [
            known.LogId ?? "", Random(), known.MayCreate ? "1" : "0", Random(), .. Arguments(known.Position),
            offer.OldIncarnation == 0 ? "" : Text(offer.OldIncarnation), Text(offer.NewIncarnation),
            Text(offer.LastSequence), .. RedisReply.Arguments(offer.Start), .. Arguments(known.Anchor),
            offer is { Adopts: true, Position: { } given } ? given.Zxid.Epoch : "",
        ];
        var reply = new RedisReply(await connection.RunAsync(Script, arguments, cancellationToken));
        var where = $"The log {connection.Keys.Tag} at {connection.Location}";
        return reply.Status switch
        {
            "OK" => new HandshakeAnswer(
                reply.Place(1),
                new RedisGeneration(reply.Text(2), reply.Text(3)),
                reply.Position(4),
                reply.Position(7),
                reply.Text(10).Length == 0 ? null : reply.Number(10)),
            "LOST" => throw new LogUnavailableException($"{where} is lost: {reply.Text(1)}. Bring its data back, or "
                + "decide how to go on without with POST /v1/log/loss; to keep the state that this instance has, first "
                + $"{connection.Keys.Clearing}.", true)
            {
                IsLost = true,
            },
            "ROLE" => throw new LogUnavailableException($"{where}: this Redis is a {reply.Text(1)}, not a master.",
                true),
            "NONE" when offer.Adopts => throw new LogRefusedException($"{where} does not exist, so there is none to "
                + "keep. To go on from the state that an instance has, ask it to keep the state"),
            "NONE" => throw new LogRefusedException($"{where} does not exist, and this instance is not to begin it. "
                + "Check the address and WebCoord:Log:Redis:Prefix, or set WebCoord:Log:Redis:CreateLog to true"),
            "FORMAT" => throw new LogTooNewException($"{where} has format {reply.Text(1)}; this version knows format "
                + "1. Upgrade first. Nothing was changed"),
            _ => throw new LogRefusedException($"{where} is damaged: {reply.Text(1)}. Nothing was changed; bring the "
                + "data of this Redis back, or use another WebCoord:Log:Redis:Prefix"),
        };
    }

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static RedisValue[] Arguments(LogPosition? position) =>
        position is { } known ? RedisReply.Arguments(known) : ["", "", ""];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
