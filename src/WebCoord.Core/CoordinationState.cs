using System.Collections.Immutable;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core;

/// <summary>
/// Everything the service knows at one zxid. Immutable: an older state stays readable while newer ones are made, and
/// two states that hold the same log have the same <see cref="Digest"/>.
/// </summary>
public sealed record CoordinationState
{
    /// <summary>The highest feature level this build knows.</summary>
    public const int SupportedFeatureLevel = 2;

    /// <summary>From this level on logs are known to go back: <see cref="Commands.Command.EndSessions"/>, and a new
    /// epoch starts all session timeouts afresh.</summary>
    public const int RegressionLevel = 2;

    /// <summary>Nothing applied yet: the tree has only the nodes that always exist.</summary>
    public static CoordinationState Initial { get; } = new();

    /// <summary>The last zxid applied.</summary>
    public Zxid LastZxid { get; init; }

    /// <summary>The chain hash of the last entry applied.</summary>
    public string ChainHash { get; init; } = Commands.ChainHash.Start;

    /// <summary>Wall time of the last entry applied, ms since 1970.</summary>
    public long TimestampMs { get; init; }

    /// <summary>The log clock, ms: by it sessions expire and TTLs run out. Every entry moves it on by the wall time
    /// since the one before, but never back and by at most one tick, so an outage does not count.</summary>
    public long LogClockMs { get; init; }

    /// <summary>Commands behave as this level says.</summary>
    public int FeatureLevel { get; init; } = 1;

    public DataTree Tree { get; init; } = DataTree.Initial;

    public SessionTable Sessions { get; init; } = SessionTable.Empty;

    /// <summary>Null until the bootstrap command set them; the defaults hold until then.</summary>
    public Settings? StoredSettings { get; init; }

    public Settings Settings => StoredSettings ?? DefaultSettings;

    /// <summary>Instances by id.</summary>
    public ImmutableSortedDictionary<long, Instance> Instances { get; init; } =
        ImmutableSortedDictionary<long, Instance>.Empty;

    /// <summary>For every epoch that was begun, the last zxid of the one before: what lies between that and the epoch's
    /// beginning was lost, and a cursor into it is refused.</summary>
    public ImmutableSortedDictionary<int, Zxid> Epochs { get; init; } = ImmutableSortedDictionary<int, Zxid>.Empty;

    /// <summary>A number that two equal states share, and two different ones do not (but for one case in 2^64).
    /// </summary>
    public ulong Digest => StateDigest.Of(this);

    /// <summary>Whether a zxid lies in a tail of the log that was lost: it was given out once, and no state will ever
    /// have it.</summary>
    public bool IsLost(Zxid zxid)
    {
        foreach (var (epoch, lastBefore) in Epochs)
        {
            if (epoch > zxid.Epoch)
            {
                return zxid > lastBefore;
            }
        }

        return false;
    }

    /// <summary>Why a session is not alive that was once; null when that is not known (any more).</summary>
    public SessionEndReason? WhyEnded(SessionId session)
    {
        if (Sessions.Ended.TryGetValue(session, out var end))
        {
            return end.Reason;
        }

        return session.TryGetCreation(out var creation) && IsLost(creation) ? SessionEndReason.LogRegressed : null;
    }

    internal static Settings DefaultSettings { get; } = new();
}
