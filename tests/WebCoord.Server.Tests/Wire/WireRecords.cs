namespace WebCoord.Server.Tests.Wire;

/// <summary>The first frame of a client: what it asks for. <see cref="HasReadOnly"/> is false for clients so old that
/// they leave the last byte out.</summary>
internal sealed record Handshake
{
    public int ProtocolVersion { get; init; }

    public long LastZxidSeen { get; init; }

    public int Timeout { get; init; } = 30_000;

    public long SessionId { get; init; }

    public byte[]? Password { get; init; } = new byte[16];

    public bool ReadOnly { get; init; }

    public bool HasReadOnly { get; init; } = true;

    public byte[] ToArray()
    {
        var body = new BodyWriter().Int(ProtocolVersion).Long(LastZxidSeen).Int(Timeout).Long(SessionId)
            .Buffer(Password);
        return HasReadOnly ? body.Bool(ReadOnly).ToArray() : body.ToArray();
    }
}

/// <summary>The first frame of a server. <see cref="ReadOnly"/> is null where the byte was left out.</summary>
internal sealed record HandshakeAnswer(
    int ProtocolVersion, int Timeout, long SessionId, byte[]? Password, bool? ReadOnly, int Trailing)
{
    /// <summary>Whether there is a session now; otherwise the one asked for is gone.</summary>
    public bool IsValid => Timeout > 0;

    public static HandshakeAnswer Read(byte[] frame)
    {
        var reader = new BodyReader(frame);
        return new HandshakeAnswer(reader.Int(), reader.Int(), reader.Long(), reader.Buffer(),
            reader.Remaining > 0 ? reader.Bool() : null, reader.Remaining);
    }
}

/// <summary>A frame after the handshake: a reply, or a notification, whose xid is -1.</summary>
internal sealed record WireMessage(int Xid, long Zxid, int Error, ReadOnlyMemory<byte> Body)
{
    public bool IsNotification => Xid == -1;

    /// <summary>What a notification tells.</summary>
    public WireEvent Event => Reader().Event();

    public static WireMessage Read(byte[] frame)
    {
        var header = new BodyReader(frame);
        return new WireMessage(header.Int(), header.Long(), header.Int(), frame.AsMemory(16));
    }

    /// <summary>A reader at the beginning of the body.</summary>
    public BodyReader Reader() => new(Body);
}

internal sealed record WireEvent(int Type, int State, string? Path);

internal sealed record WireAcl(int Permissions, string? Scheme, string? Id)
{
    public static readonly IReadOnlyList<WireAcl> Open = [new(31, "world", "anyone")];
}

internal sealed record WireStat(
    long Czxid,
    long Mzxid,
    long Ctime,
    long Mtime,
    int Version,
    int Cversion,
    int Aversion,
    long EphemeralOwner,
    int DataLength,
    int NumChildren,
    long Pzxid);
