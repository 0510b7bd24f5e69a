using System.Globalization;
using WebCoord.Core;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Contract;

/// <summary>How the service is made up and how it fares.</summary>
internal sealed record ClusterBody
{
    public required LogBody Log { get; init; }

    /// <summary>The generation of the log.</summary>
    public required int Epoch { get; init; }

    /// <summary>The last zxid that this instance has applied.</summary>
    public required string Zxid { get; init; }

    /// <summary>Commands behave as this level says.</summary>
    public required int FeatureLevel { get; init; }

    /// <summary>Sessions alive in the whole service.</summary>
    public required int Sessions { get; init; }

    /// <summary>The instances that the state knows, by id.</summary>
    public required IReadOnlyList<InstanceBody> Instances { get; init; }

    public static ClusterBody From(CoordinationState state, LogDescription log, bool isLogAvailable, long self) => new()
    {
        Log = new LogBody { Kind = log.Kind, Durability = NameOf(log.Durability), Available = isLogAvailable },
        Epoch = state.LastZxid.Epoch,
        Zxid = state.LastZxid.ToString(),
        FeatureLevel = state.FeatureLevel,
        Sessions = state.Sessions.Count,
        Instances = [.. state.Instances.Values.Select(instance => InstanceBody.From(instance, state, self))],
    };

    private static string NameOf(Durability durability) => durability switch
    {
        Durability.Fsync => "fsync",
        Durability.EverySecond => "everysec",
        Durability.Unknown => "unknown",
        _ => "none",
    };
}

/// <summary>The transaction log.</summary>
internal sealed record LogBody
{
    /// <summary>sqlite, memory; others may come.</summary>
    public required string Kind { get; init; }

    /// <summary>How safe an acknowledged write is: fsync (on disk), everysec (within about a second), none.</summary>
    public required string Durability { get; init; }

    /// <summary>Whether it takes writes at present.</summary>
    public required bool Available { get; init; }
}

/// <summary>An instance of the service, as of its last heartbeat.</summary>
internal sealed record InstanceBody
{
    /// <summary>Random, made anew by every process.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Where clients reach it.</summary>
    public required string Address { get; init; }

    /// <summary>Whether it is the one that answers.</summary>
    public required bool IsThis { get; init; }

    public required DateTimeOffset LastHeartbeat { get; init; }

    /// <summary>The last zxid that it had applied.</summary>
    public required string AppliedZxid { get; init; }

    /// <summary>Open connections of clients.</summary>
    public required int Connections { get; init; }

    /// <summary>Armed watches.</summary>
    public required int Watches { get; init; }

    /// <summary>Sessions that a connection of this instance speaks for.</summary>
    public required int Sessions { get; init; }

    public static InstanceBody From(Instance instance, CoordinationState state, long self) => new()
    {
        Id = instance.Report.Id.ToString(CultureInfo.InvariantCulture),
        Name = instance.Report.Name,
        Address = instance.Report.Address,
        IsThis = instance.Report.Id == self,
        LastHeartbeat = DateTimeOffset.FromUnixTimeMilliseconds(instance.LastHeartbeatMs),
        AppliedZxid = instance.Report.AppliedZxid.ToString(),
        Connections = instance.Report.Connections,
        Watches = instance.Report.Watches,
        Sessions = state.Sessions.Count(session => session.Owner.Instance == instance.Report.Id),
    };
}

/// <summary>What an instance has applied.</summary>
internal sealed record SyncBody
{
    /// <summary>The last zxid applied: at least the last that was in the log when the call came.</summary>
    public required string Zxid { get; init; }
}
