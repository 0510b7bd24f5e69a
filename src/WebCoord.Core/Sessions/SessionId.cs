using System.Globalization;

namespace WebCoord.Core.Sessions;

/// <summary>
/// The number of a session. The state machine makes it from the zxid of the command that created the session, so it is
/// unique for ever; its high byte is never 0xFF, which ZooKeeper keeps for TTL nodes. Ids are ordered as the sessions
/// were created.
/// </summary>
public readonly record struct SessionId(long Value) : IComparable<SessionId>
{
    /// <summary>Flipped in the zxid, and so that different zxids give different ids: in a long life of a log epochs
    /// have this bit, too.</summary>
    private const long Mark = 1L << 56;

    /// <summary>No session.</summary>
    public static SessionId None => default;

    public static bool operator <(SessionId left, SessionId right) => left.CompareTo(right) < 0;

    public static bool operator >(SessionId left, SessionId right) => left.CompareTo(right) > 0;

    public static bool operator <=(SessionId left, SessionId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SessionId left, SessionId right) => left.CompareTo(right) >= 0;

    /// <summary>The id of the session that the command at this zxid creates.</summary>
    public static SessionId From(Zxid zxid) => new(Mark ^ zxid.Value);

    /// <summary>The zxid of the command that created the session; false for a number that no session has.</summary>
    public bool TryGetCreation(out Zxid zxid)
    {
        zxid = new Zxid(Value ^ Mark);
        return zxid > Zxid.None;
    }

    /// <summary>Reads the form that <see cref="ToString"/> writes: <c>0x</c> and up to 16 hexadecimal digits.</summary>
    public static bool TryParse(string? text, out SessionId id)
    {
        id = default;
        if (text is null || !text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            || !long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out var value))
        {
            return false;
        }

        id = new SessionId(value);
        return true;
    }

    public int CompareTo(SessionId other) => (Value ^ Mark).CompareTo(other.Value ^ Mark);

    public override string ToString() => "0x" + Value.ToString("x16", CultureInfo.InvariantCulture);
}
