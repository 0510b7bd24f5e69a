using System.Collections.Immutable;

namespace WebCoord.Server.Wire.Records;

/// <summary>The first frame of a client (zookeeper-protocol section 1.4).</summary>
/// <param name="LastZxidSeen">The newest zxid that the client has seen anywhere; the server must not be behind it.
/// </param>
/// <param name="Session">0 for a new session.</param>
/// <param name="ReadOnly">Whether a server that takes no writes would do; null when the client is too old to say.
/// </param>
internal readonly record struct ConnectRequest(int ProtocolVersion, long LastZxidSeen, int TimeoutMs, long Session,
    ImmutableArray<byte> Password, bool? ReadOnly)
{
    public static ConnectRequest Read(ref JuteReader reader)
    {
        var version = reader.Int();
        var lastZxidSeen = reader.Long();
        var timeoutMs = reader.Int();
        var session = reader.Long();
        ImmutableArray<byte> password = reader.TryBytes(out var bytes) ? [.. bytes] : [];
        return new ConnectRequest(version, lastZxidSeen, timeoutMs, session, password,
            reader.Remaining > 0 ? reader.Bool() : null);
    }

    public void Write(JuteWriter writer)
    {
        writer.Int(ProtocolVersion);
        writer.Long(LastZxidSeen);
        writer.Int(TimeoutMs);
        writer.Long(Session);
        writer.Buffer(Password.AsSpan());
        if (ReadOnly is { } readOnly)
        {
            writer.Bool(readOnly);
        }
    }
}

/// <summary>The first frame of the server.</summary>
/// <param name="TimeoutMs">What was agreed; 0 when there is no such session.</param>
/// <param name="Password">16 bytes always: the C client reads a fixed number.</param>
/// <param name="ReadOnly">Null, and not written, when the client did not send its own.</param>
internal readonly record struct ConnectResponse(int ProtocolVersion, int TimeoutMs, long Session,
    ReadOnlyMemory<byte> Password, bool? ReadOnly)
{
    private static readonly byte[] NoPassword = new byte[16];

    /// <summary>The session does not exist (any more), or the password is not its own.</summary>
    public static ConnectResponse Invalid(bool? readOnly) => new(0, 0, 0, NoPassword, readOnly);

    public static ConnectResponse Read(ref JuteReader reader)
    {
        var version = reader.Int();
        var timeoutMs = reader.Int();
        var session = reader.Long();
        var password = reader.Buffer() ?? ReadOnlyMemory<byte>.Empty;
        return new ConnectResponse(version, timeoutMs, session, password, reader.Remaining > 0 ? reader.Bool() : null);
    }

    public void Write(JuteWriter writer)
    {
        writer.Int(ProtocolVersion);
        writer.Int(TimeoutMs);
        writer.Long(Session);
        writer.Buffer(Password.Span);
        if (ReadOnly is { } readOnly)
        {
            writer.Bool(readOnly);
        }
    }
}
