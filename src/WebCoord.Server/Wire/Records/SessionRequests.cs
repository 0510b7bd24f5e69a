namespace WebCoord.Server.Wire.Records;

/// <summary>Credentials for the connection.</summary>
/// <param name="Type">Always 0, and ignored.</param>
internal readonly record struct AuthRequest(int Type, string? Scheme, ReadOnlyMemory<byte>? Credential)
{
    public static AuthRequest Read(ref JuteReader reader) => new(reader.Int(), reader.Text(), reader.Buffer());

    public void Write(JuteWriter writer)
    {
        writer.Int(Type);
        writer.Text(Scheme);
        writer.Buffer(Credential);
    }
}

/// <summary>What reconfig asks: changes to an ensemble, which this is not.</summary>
internal readonly record struct ReconfigRequest(string? Joining, string? Leaving, string? Members, long ConfigId)
{
    public static ReconfigRequest Read(ref JuteReader reader) =>
        new(reader.Text(), reader.Text(), reader.Text(), reader.Long());

    public void Write(JuteWriter writer)
    {
        writer.Text(Joining);
        writer.Text(Leaving);
        writer.Text(Members);
        writer.Long(ConfigId);
    }
}
