using WebCoord.Core;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Rest;

/// <summary>The headers of this service, and how it sets them.</summary>
internal static class WebCoordHeaders
{
    public const string Session = "WebCoord-Session";
    public const string MinZxid = "WebCoord-Min-Zxid";
    public const string Zxid = "WebCoord-Zxid";
    public const string Durability = "WebCoord-Durability";

    /// <summary>On answers of which nobody can tell whether they are still true: for how many ms the log has not
    /// answered.</summary>
    public const string Stale = "WebCoord-Stale";

    /// <summary>Guards of writes that no call honours yet.</summary>
    public const string Fence = "WebCoord-Fence";
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>Present on raw data that is null; the body is empty then, as for empty data.</summary>
    public const string DataNull = "WebCoord-Data-Null";

    internal const string StatPrefix = "WebCoord-Stat-";

    /// <summary>The zxid of the state that the answer is from; of a write, its own.</summary>
    public static void SetZxid(this HttpResponse response, Zxid zxid) => response.Headers[Zxid] = zxid.ToString();

    public static void SetDurability(this HttpResponse response, Durability durability) =>
        response.Headers[Durability] = durability switch
        {
            TransactionLog.Durability.Fsync => "fsync",
            TransactionLog.Durability.EverySecond => "everysec",
            TransactionLog.Durability.Unknown => "unknown",
            _ => "none",
        };

    /// <summary>The stat of a node, for answers whose body has no place for it.</summary>
    public static void SetStat(this HttpResponse response, in Stat stat)
    {
        var body = StatBody.From(stat);
        Set("Czxid", body.Czxid);
        Set("Mzxid", body.Mzxid);
        Set("Pzxid", body.Pzxid);
        Set("Ctime", TimeConverter.ToText(body.Ctime));
        Set("Mtime", TimeConverter.ToText(body.Mtime));
        Set("Version", body.Version);
        Set("Cversion", body.Cversion);
        Set("Aversion", body.Aversion);
        Set("Ephemeral-Owner", body.EphemeralOwner);
        Set("Data-Length", body.DataLength);
        Set("Num-Children", body.NumChildren);
        Set("Kind", EnumNameConverter<NodeKind>.NameOf(body.Kind));
        Set("Ttl-Ms", body.TtlMs);

        void Set(string name, object? value)
        {
            if (value is not null)
            {
                response.Headers[StatPrefix + name] = FormattableString.Invariant($"{value}");
            }
        }
    }
}
