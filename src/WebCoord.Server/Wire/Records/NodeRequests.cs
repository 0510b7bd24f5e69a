using WebCoord.Core.Tree;

namespace WebCoord.Server.Wire.Records;

/// <summary>What create, create2 and createContainer ask; createTTL adds the time.</summary>
/// <param name="TtlMs">Only of createTTL.</param>
internal readonly record struct CreateRequest(string Path, ReadOnlyMemory<byte>? Data, Acl Acl, int Flags,
    long? TtlMs)
{
    public static CreateRequest Read(ref JuteReader reader, bool hasTtl)
    {
        var path = reader.Required();
        var data = reader.Buffer();
        var acl = AclRecord.Read(ref reader);
        var flags = reader.Int();
        return new CreateRequest(path, data, acl, flags, hasTtl ? reader.Long() : null);
    }

    public void Write(JuteWriter writer)
    {
        writer.Text(Path);
        writer.Buffer(Data);
        AclRecord.Write(writer, Acl);
        writer.Int(Flags);
        if (TtlMs is { } ttlMs)
        {
            writer.Long(ttlMs);
        }
    }
}

/// <summary>What delete and check ask; -1 stands for any version.</summary>
/// <param name="Path">Null when the client sent null.</param>
internal readonly record struct VersionRequest(string? Path, int Version)
{
    public static VersionRequest Read(ref JuteReader reader) => new(reader.Text(), reader.Int());

    public void Write(JuteWriter writer)
    {
        writer.Text(Path);
        writer.Int(Version);
    }
}

/// <summary>What setData asks.</summary>
/// <param name="Path">Null when the client sent null.</param>
internal readonly record struct SetDataRequest(string? Path, ReadOnlyMemory<byte>? Data, int Version)
{
    public static SetDataRequest Read(ref JuteReader reader) => new(reader.Text(), reader.Buffer(), reader.Int());

    public void Write(JuteWriter writer)
    {
        writer.Text(Path);
        writer.Buffer(Data);
        writer.Int(Version);
    }
}

/// <summary>What setACL asks; the version is that of the ACL.</summary>
/// <param name="Path">Null when the client sent null.</param>
internal readonly record struct SetAclRequest(string? Path, Acl Acl, int Version)
{
    public static SetAclRequest Read(ref JuteReader reader) =>
        new(reader.Text(), AclRecord.Read(ref reader), reader.Int());

    public void Write(JuteWriter writer)
    {
        writer.Text(Path);
        AclRecord.Write(writer, Acl);
        writer.Int(Version);
    }
}

/// <summary>What exists, getData, getChildren and getChildren2 ask. The path stays in the frame, so that the most
/// frequent requests allocate nothing.</summary>
internal readonly ref struct ReadRequest
{
    public required ReadOnlySpan<byte> Path { get; init; }

    public required bool Watch { get; init; }

    public static ReadRequest Read(ref JuteReader reader) =>
        new() { Path = reader.RequiredBytes(), Watch = reader.Bool() };

    public void Write(JuteWriter writer)
    {
        writer.Buffer(Path);
        writer.Bool(Watch);
    }
}
