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

    public static ClusterBody From(CoordinationState state, LogBody log, long self) => new()
    {
        Log = log,
        Epoch = state.LastZxid.Epoch,
        Zxid = state.LastZxid.ToString(),
        FeatureLevel = state.FeatureLevel,
        Sessions = state.Sessions.Count,
        Instances = [.. state.Instances.Values.Select(instance => InstanceBody.From(instance, state, self))],
    };
}

/// <summary>The transaction log.</summary>
internal sealed record LogBody
{
    /// <summary>sqlite, memory, redis; others may come.</summary>
    public required string Kind { get; init; }

    /// <summary>How safe an acknowledged write is: fsync (on disk), everysec (within about a second), none, or unknown
    /// where the log does not tell.</summary>
    public required string Durability { get; init; }

    /// <summary>Whether several instances may use it together.</summary>
    public required bool Shared { get; init; }

    /// <summary>Whether it takes writes at present.</summary>
    public required bool Available { get; init; }

    /// <summary>Whether it is empty or another one than this instance has read, and a person must decide.</summary>
    public required bool Lost { get; init; }

    /// <summary>What is wrong with it, in plain words; absent while nothing is.</summary>
    public string? Problem { get; init; }

    /// <summary>How long ago it last answered, ms; 0 while a log of this process's own has nothing to answer.</summary>
    public required long SilentMs { get; init; }

    public static LogBody From(LogDescription log, LogUnavailableException? failure, TimeSpan silence) => new()
    {
        Kind = log.Kind,
        Durability = NameOf(log.Durability),
        Shared = log.IsShared,
        Available = failure is null,
        Lost = failure?.IsLost == true,
        Problem = failure?.Message,
        SilentMs = (long)silence.TotalMilliseconds,
    };

    private static string NameOf(Durability durability) => durability switch
    {
        TransactionLog.Durability.Fsync => "fsync",
        TransactionLog.Durability.EverySecond => "everysec",
        TransactionLog.Durability.Unknown => "unknown",
        _ => "none",
    };
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

    /// <summary>The last zxid that it had applied; of the one that answers, that it has applied now.</summary>
    public required string AppliedZxid { get; init; }

    /// <summary>How many zxids that is behind the state that this answer is from; absent if nobody can count them,
    /// because the log began a new epoch between the two.</summary>
    public long? Lag { get; init; }

    /// <summary>Open connections of clients.</summary>
    public required int Connections { get; init; }

    /// <summary>Armed watches.</summary>
    public required int Watches { get; init; }

    /// <summary>Sessions that a connection of this instance speaks for.</summary>
    public required int Sessions { get; init; }

    public static InstanceBody From(Instance instance, CoordinationState state, long self)
    {
        var isThis = instance.Report.Id == self;
        var applied = isThis ? state.LastZxid : instance.Report.AppliedZxid;
        return new InstanceBody
        {
            Id = instance.Report.Id.ToString(CultureInfo.InvariantCulture),
            Name = instance.Report.Name,
            Address = instance.Report.Address,
            IsThis = isThis,
            LastHeartbeat = DateTimeOffset.FromUnixTimeMilliseconds(instance.LastHeartbeatMs),
            AppliedZxid = applied.ToString(),
            Lag = applied.Epoch == state.LastZxid.Epoch ? state.LastZxid.Value - applied.Value : null,
            Connections = instance.Report.Connections,
            Watches = instance.Report.Watches,
            Sessions = state.Sessions.Count(session => session.Owner.Instance == instance.Report.Id),
        };
    }
}

/// <summary>What an instance has applied.</summary>
internal sealed record SyncBody
{
    /// <summary>The last zxid applied: at least the last that was in the log when the call came.</summary>
    public required string Zxid { get; init; }
}
