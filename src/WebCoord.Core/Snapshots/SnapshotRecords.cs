using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Snapshots;

/// <summary>The first record of a snapshot: what there is one of, and how many records of each kind follow.</summary>
internal sealed record SnapshotHeader
{
    public required Zxid LastZxid { get; init; }

    public required string ChainHash { get; init; }

    public required long TimestampMs { get; init; }

    public required long LogClockMs { get; init; }

    public required int FeatureLevel { get; init; }

    /// <summary>The digest of the whole state.</summary>
    public required ulong Digest { get; init; }

    public required Settings? Settings { get; init; }

    public required long Sessions { get; init; }

    public required long Ended { get; init; }

    public required long Instances { get; init; }

    public required long Epochs { get; init; }

    public required long Nodes { get; init; }

    public static SnapshotHeader Of(CoordinationState state) => new()
    {
        LastZxid = state.LastZxid,
        ChainHash = state.ChainHash,
        TimestampMs = state.TimestampMs,
        LogClockMs = state.LogClockMs,
        FeatureLevel = state.FeatureLevel,
        Digest = state.Digest,
        Settings = state.StoredSettings,
        Sessions = state.Sessions.Count,
        Ended = state.Sessions.Ended.Count,
        Instances = state.Instances.Count,
        Epochs = state.Epochs.Count,
        Nodes = state.Tree.NodeCount,
    };
}

/// <summary>A session with the number of records that follow it: one per path of an ephemeral node.</summary>
internal readonly record struct SessionRecord(Session Session, long Ephemerals);

/// <summary>A node without its children, and how many levels below the root it is.</summary>
internal readonly record struct NodeRecord(int Depth, Znode Node);

/// <summary>The fields of each record, writer and reader side by side in the same order.</summary>
internal static class SnapshotRecords
{
    public static void Write(ref PayloadWriter writer, SnapshotHeader header)
    {
        writer.Signed(header.LastZxid.Value);
        writer.Text(header.ChainHash);
        writer.Signed(header.TimestampMs);
        writer.Signed(header.LogClockMs);
        writer.Signed(header.FeatureLevel);
        writer.Fixed((long)header.Digest);
        writer.Flag(header.Settings is not null);
        if (header.Settings is not null)
        {
            StatePieces.Write(ref writer, header.Settings);
        }

        writer.Unsigned((ulong)header.Sessions);
        writer.Unsigned((ulong)header.Ended);
        writer.Unsigned((ulong)header.Instances);
        writer.Unsigned((ulong)header.Epochs);
        writer.Unsigned((ulong)header.Nodes);
    }

    public static SnapshotHeader ReadHeader(ref PayloadReader reader) => new()
    {
        LastZxid = new Zxid(reader.Signed()),
        ChainHash = reader.Text(),
        TimestampMs = reader.Signed(),
        LogClockMs = reader.Signed(),
        FeatureLevel = reader.Int32(),
        Digest = (ulong)reader.Fixed(),
        Settings = reader.Flag() ? StatePieces.ReadSettings(ref reader) : null,
        Sessions = ReadTotal(ref reader),
        Ended = ReadTotal(ref reader),
        Instances = ReadTotal(ref reader),
        Epochs = ReadTotal(ref reader),
        Nodes = ReadTotal(ref reader),
    };

    public static void Write(ref PayloadWriter writer, SessionRecord record)
    {
        var session = record.Session;
        writer.Fixed(session.Id.Value);
        writer.Bytes(session.Key.Span);
        writer.Signed(session.TimeoutMs);
        writer.Signed(session.LastTouchMs);
        StatePieces.Write(ref writer, session.Owner);
        writer.Unsigned((ulong)record.Ephemerals);
    }

    public static SessionRecord ReadSession(ref PayloadReader reader)
    {
        var session = new Session
        {
            Id = new SessionId(reader.Fixed()),
            Key = reader.Bytes(),
            TimeoutMs = reader.Int32(),
            LastTouchMs = reader.Signed(),
            Owner = StatePieces.ReadOwner(ref reader),
        };
        return new SessionRecord(session, ReadTotal(ref reader));
    }

    public static void Write(ref PayloadWriter writer, string path) => writer.Text(path);

    public static string ReadPath(ref PayloadReader reader) => reader.Text();

    public static void Write(ref PayloadWriter writer, KeyValuePair<SessionId, SessionEnd> ended)
    {
        writer.Fixed(ended.Key.Value);
        writer.Signed((int)ended.Value.Reason);
        writer.Signed(ended.Value.AtMs);
    }

    public static KeyValuePair<SessionId, SessionEnd> ReadEnded(ref PayloadReader reader) =>
        new(new SessionId(reader.Fixed()), new SessionEnd((SessionEndReason)reader.Int32(), reader.Signed()));

    public static void Write(ref PayloadWriter writer, Instance instance)
    {
        StatePieces.Write(ref writer, instance.Report);
        writer.Signed(instance.LastHeartbeatMs);
    }

    public static Instance ReadInstance(ref PayloadReader reader) =>
        new(StatePieces.ReadReport(ref reader), reader.Signed());

    public static void Write(ref PayloadWriter writer, KeyValuePair<int, Zxid> epoch)
    {
        writer.Signed(epoch.Key);
        writer.Signed(epoch.Value.Value);
    }

    public static KeyValuePair<int, Zxid> ReadEpoch(ref PayloadReader reader) =>
        new(reader.Int32(), new Zxid(reader.Signed()));

    public static void Write(ref PayloadWriter writer, NodeRecord record)
    {
        var node = record.Node;
        writer.Count(record.Depth);
        writer.Text(node.Name);
        writer.Data(node.Data);
        writer.Acl(node.Acl);
        writer.Signed(node.Czxid.Value);
        writer.Signed(node.Mzxid.Value);
        writer.Signed(node.Pzxid.Value);
        writer.Signed(node.Ctime);
        writer.Signed(node.Mtime);
        writer.Signed(node.Version);
        writer.Signed(node.Aversion);
        writer.Byte((byte)node.Kind);
        writer.Signed(node.ChildCreations);
        writer.Signed(node.EphemeralOwner.Value);
        writer.Signed(node.TtlMs);
        writer.Signed(node.SetAtMs);
    }

    public static NodeRecord ReadNode(ref PayloadReader reader)
    {
        var depth = reader.Unsigned();
        if (depth > ushort.MaxValue)
        {
            throw reader.Bad($"a node is {depth} levels deep", 1);
        }

        var node = new Znode
        {
            Name = reader.Text(),
            Data = reader.Data(),
            Acl = reader.Acl(),
            Czxid = new Zxid(reader.Signed()),
            Mzxid = new Zxid(reader.Signed()),
            Pzxid = new Zxid(reader.Signed()),
            Ctime = reader.Signed(),
            Mtime = reader.Signed(),
            Version = reader.Int32(),
            Aversion = reader.Int32(),
            Kind = ReadKind(ref reader),
            ChildCreations = reader.Signed(),
            EphemeralOwner = new SessionId(reader.Signed()),
            TtlMs = reader.Signed(),
            SetAtMs = reader.Signed(),
        };
        return new NodeRecord((int)depth, node);
    }

    private static NodeKind ReadKind(ref PayloadReader reader)
    {
        var kind = (NodeKind)reader.Byte();
        return kind <= NodeKind.Ttl ? kind : throw reader.Bad($"there is no kind of node of number {(int)kind}", 1);
    }

    private static long ReadTotal(ref PayloadReader reader)
    {
        var total = reader.Unsigned();
        return total <= long.MaxValue ? (long)total : throw reader.Bad($"{total} is too large", 1);
    }
}
