using WebCoord.Core;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>What loading took; for the start-up line.</summary>
internal readonly record struct LoadReport(Zxid SnapshotZxid, long ReplayedEntries, long Nodes, TimeSpan Duration,
    IReadOnlyCollection<string> DamagedSnapshots);

/// <summary>Feeds the Applier: first the newest snapshot and what the log has after it, then what comes.</summary>
internal sealed class LogLoader(ITransactionLog log, Applier applier, SnapshotTaker snapshots, LoadProgress progress,
    TimeProvider time)
{
    /// <summary>Known once <see cref="LoadAsync"/> has returned.</summary>
    public LoadReport Report { get; private set; }

    /// <summary>Opens the log and applies all that it has.</summary>
    /// <exception cref="LogRefusedException">It cannot be used as it is.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await log.OpenAsync(cancellationToken);
        var damaged = new List<string>();
        var state = await log.LoadSnapshotAsync(damaged, cancellationToken) ?? CoordinationState.Initial;
        applier.Restore(state);
        var replayed = await ReplayAsync(log.Head.Zxid, cancellationToken);
        Report = new LoadReport(state.LastZxid, replayed, applier.State.Tree.NodeCount, time.GetElapsedTime(started),
            damaged);
    }

    /// <summary>Applies entries as they come, until it is cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await foreach (var entry in ReadAsync(cancellationToken))
        {
            Apply(entry);
        }
    }

    private async Task<long> ReplayAsync(Zxid head, CancellationToken cancellationToken)
    {
        var replayed = 0L;
        if (applier.State.LastZxid >= head)
        {
            return replayed;
        }

        await foreach (var entry in ReadAsync(cancellationToken))
        {
            Apply(entry);
            replayed++;
            progress.Replayed(entry.LastZxid, head, applier.State.Tree.NodeCount);
            if (entry.LastZxid >= head)
            {
                break;
            }
        }

        return replayed;
    }

    private IAsyncEnumerable<LogEntry> ReadAsync(CancellationToken cancellationToken) =>
        log.ReadAsync(new LogPosition(applier.State.LastZxid, applier.State.ChainHash), cancellationToken);

    private void Apply(LogEntry entry)
    {
        applier.Apply(entry);
        snapshots.Count(entry, applier.State);
    }
}
