using System.Text.Json.Serialization;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>What is known about a node beside its data.</summary>
internal sealed record StatBody
{
    /// <summary>The zxid that created the node, decimal.</summary>
    public required string Czxid { get; init; }

    /// <summary>The zxid that last set the data; creation counts.</summary>
    public required string Mzxid { get; init; }

    /// <summary>The zxid that last created or deleted a direct child; creation of the node itself counts.</summary>
    public required string Pzxid { get; init; }

    /// <summary>When the node was created.</summary>
    public required DateTimeOffset Ctime { get; init; }

    /// <summary>When the data was last set.</summary>
    public required DateTimeOffset Mtime { get; init; }

    /// <summary>How often the data was set since the creation.</summary>
    public required int Version { get; init; }

    /// <summary>How many direct children were created and deleted.</summary>
    public required int Cversion { get; init; }

    /// <summary>How often the ACL was set since the creation.</summary>
    public required int Aversion { get; init; }

    /// <summary>The session that an ephemeral node belongs to, as 0x and 16 hexadecimal digits; otherwise
    /// null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? EphemeralOwner { get; init; }

    /// <summary>Bytes of data; 0 also for null.</summary>
    public required int DataLength { get; init; }

    /// <summary>The number of direct children.</summary>
    public required int NumChildren { get; init; }

    /// <summary>What makes the node go away by itself.</summary>
    public required NodeKind Kind { get; init; }

    /// <summary>Of a TTL node, how long it may stay unset and childless, in milliseconds; otherwise null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? TtlMs { get; init; }

    public static StatBody From(in Stat stat) => new()
    {
        Czxid = stat.Czxid.ToString(),
        Mzxid = stat.Mzxid.ToString(),
        Pzxid = stat.Pzxid.ToString(),
        Ctime = DateTimeOffset.FromUnixTimeMilliseconds(stat.Ctime),
        Mtime = DateTimeOffset.FromUnixTimeMilliseconds(stat.Mtime),
        Version = stat.Version,
        Cversion = stat.Cversion,
        Aversion = stat.Aversion,
        EphemeralOwner = stat.EphemeralOwner == SessionId.None ? null : stat.EphemeralOwner.ToString(),
        DataLength = stat.DataLength,
        NumChildren = stat.NumChildren,
        Kind = stat.Kind,
        TtlMs = stat.Kind == NodeKind.Ttl ? stat.TtlMs : null,
    };
}
