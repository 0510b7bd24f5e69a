using WebCoord.Core.Sessions;

namespace WebCoord.Core.Commands;

/// <summary>How the parts are written that both commands and snapshots hold.</summary>
internal static class StatePieces
{
    public static void Write(ref PayloadWriter writer, SessionOwner owner)
    {
        writer.Fixed(owner.Instance);
        writer.Signed(owner.Connection);
    }

    public static SessionOwner ReadOwner(ref PayloadReader reader) => new(reader.Fixed(), reader.Signed());

    public static void Write(ref PayloadWriter writer, Settings settings)
    {
        writer.Signed(settings.TickMs);
        writer.Signed(settings.MinTimeoutMs);
        writer.Signed(settings.MaxTimeoutMs);
        writer.Signed(settings.MaxDataBytes);
        writer.Signed(settings.MaxTransactionBytes);
        writer.Signed(settings.MaxNodes);
        writer.Signed(settings.MaxBytes);
        writer.Signed(settings.MaxRecursiveDelete);
        writer.Flag(settings.EnforceQuota);
        writer.Signed(settings.ContainerNeverUsedMs);
    }

    public static Settings ReadSettings(ref PayloadReader reader) => new()
    {
        TickMs = reader.Int32(),
        MinTimeoutMs = reader.Int32(),
        MaxTimeoutMs = reader.Int32(),
        MaxDataBytes = reader.Int32(),
        MaxTransactionBytes = reader.Int32(),
        MaxNodes = reader.Signed(),
        MaxBytes = reader.Signed(),
        MaxRecursiveDelete = reader.Int32(),
        EnforceQuota = reader.Flag(),
        ContainerNeverUsedMs = reader.Signed(),
    };

    public static void Write(ref PayloadWriter writer, InstanceReport report)
    {
        writer.Fixed(report.Id);
        writer.Text(report.Name);
        writer.Text(report.Address);
        writer.Signed(report.FeatureLevel);
        writer.Signed(report.AppliedZxid.Value);
        writer.Fixed((long)report.Digest);
        writer.Signed(report.Connections);
        writer.Signed(report.Watches);
    }

    public static InstanceReport ReadReport(ref PayloadReader reader) => new(reader.Fixed(), reader.Text(),
        reader.Text(), reader.Int32(), new Zxid(reader.Signed()), (ulong)reader.Fixed(), reader.Int32(),
        reader.Int32());
}
