using WebCoord.Core;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Wire.Records;

/// <summary>A node's stat: 68 bytes (zookeeper-protocol section 1.3).</summary>
internal static class StatRecord
{
    public static Stat Read(ref JuteReader reader) => new()
    {
        Czxid = new Zxid(reader.Long()),
        Mzxid = new Zxid(reader.Long()),
        Ctime = reader.Long(),
        Mtime = reader.Long(),
        Version = reader.Int(),
        Cversion = reader.Int(),
        Aversion = reader.Int(),
        EphemeralOwner = new SessionId(reader.Long()),
        DataLength = reader.Int(),
        NumChildren = reader.Int(),
        Pzxid = new Zxid(reader.Long()),
    };

    public static void Write(JuteWriter writer, in Stat stat)
    {
        writer.Long(stat.Czxid.Value);
        writer.Long(stat.Mzxid.Value);
        writer.Long(stat.Ctime);
        writer.Long(stat.Mtime);
        writer.Int(stat.Version);
        writer.Int(stat.Cversion);
        writer.Int(stat.Aversion);
        writer.Long(stat.EphemeralOwner.Value);
        writer.Int(stat.DataLength);
        writer.Int(stat.NumChildren);
        writer.Long(stat.Pzxid.Value);
    }
}
