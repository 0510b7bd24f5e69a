using WebCoord.Core;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>What loading took; for the start-up line.</summary>
internal readonly record struct LoadReport(Zxid SnapshotZxid, long ReplayedEntries, long Nodes, TimeSpan Duration,
    IReadOnlyCollection<string> DamagedSnapshots);

/// <summary>Feeds the Applier: first the newest snapshot and what the log has after it, then what comes. When a shared
/// log went back, or went on without this instance, it begins again from the newest snapshot.</summary>
internal sealed partial class LogLoader(ITransactionLog log, Applier applier, SnapshotTaker snapshots,
    Sequencer sequencer, LogHealth health, RegressedSessions sessions, PipelineMetrics metrics, LoadProgress progress,
    TimeProvider time, ILogger<LogLoader> logger)
{
    /// <summary>How long it waits before it turns again to a log that could not be reached.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

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
        health.Applied(state.LastZxid);
        var asked = time.GetTimestamp();
        var head = await log.LookAsync(null, cancellationToken);
        var replayed = await ReplayAsync(head.Zxid, cancellationToken);
        health.Contacted(asked, head.Zxid);
        Report = new LoadReport(state.LastZxid, replayed, applier.State.Tree.NodeCount, time.GetElapsedTime(started),
            damaged);
    }

    /// <summary>Applies entries as they come, until it is cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await foreach (var entry in ReadAsync(cancellationToken))
                {
                    Apply(entry);
                }
            }
            catch (LogTrimmedException gap) when (log.Description.IsShared)
            {
                LogBehind(gap.Message);
                await ReloadAsync(Displacement.WasBehind, cancellationToken);
            }
            catch (LogRegressedException loss)
            {
                metrics.LogRegressed();
                LogRegression(applier.State.LastZxid, loss.Message);
                await ReloadAsync(Displacement.LogRegressed, cancellationToken);
            }
        }
    }

    /// <summary>Puts another state in the place of the present one, in one step: nobody sees the way between them, and
    /// nothing is read as fresh or written meanwhile.</summary>
    private async Task ReloadAsync(Displacement why, CancellationToken cancellationToken)
    {
        health.Hold();
        sequencer.Hold();
        while (!await TryReloadAsync(why, cancellationToken))
        {
            await Task.Delay(RetryPause, time, cancellationToken);
        }
    }

    private async Task<bool> TryReloadAsync(Displacement why, CancellationToken cancellationToken)
    {
        try
        {
            var before = applier.State;
            var reload = new Reload(before, await log.LoadSnapshotAsync([], cancellationToken));
            var head = log.Head;
            if (reload.State.LastZxid < head.Zxid)
            {
                await foreach (var entry in log.ReadAsync(LogPosition.Of(reload.State), cancellationToken))
                {
                    reload.Apply(entry, log.IsOwn(entry));
                    if (entry.LastZxid >= head.Zxid)
                    {
                        break;
                    }
                }
            }

            Finish(why, before, reload);
            return true;
        }
        catch (Exception failure) when (failure is LogUnavailableException or LogRegressedException
            or (LogRefusedException and not LogTooNewException))
        {
            // What this instance has may be the last copy: it is kept until there is a whole one in its place.
            LogReloadFailed(failure.Message);
            return false;
        }
    }

    private void Finish(Displacement why, CoordinationState before, Reload reload)
    {
        if (why == Displacement.WasBehind && reload.State.IsLost(before.LastZxid))
        {
            // It slept, and meanwhile the log went back and on again beyond what is kept.
            metrics.LogRegressed();
            LogRegression(before.LastZxid, "it was found out late");
            why = Displacement.LogRegressed;
        }

        applier.Replace(reload.State, why, reload.Own, () =>
        {
            health.Release(reload.State.LastZxid);
            if (why == Displacement.LogRegressed)
            {
                // Goes before whatever their clients write from here on.
                sessions.EndThoseThatSawMore(before, reload.Bend);
            }

            sequencer.Release();
        });
        LogReloaded(before.LastZxid, reload.State.LastZxid);
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
        log.ReadAsync(LogPosition.Of(applier.State), cancellationToken);

    private void Apply(LogEntry entry)
    {
        applier.Apply(entry);
        health.Applied(entry.LastZxid);
        snapshots.Count(entry, applier.State);
    }

    [LoggerMessage(140, LogLevel.Warning, "This instance slept for so long that the log went on without it; it loads "
        + "the newest snapshot: {Problem}")]
    private partial void LogBehind(string problem);

    [LoggerMessage(141, LogLevel.Critical, "THE LOG LOST ACKNOWLEDGED ENTRIES. This instance had applied zxid {Zxid}; "
        + "it drops its state, loads what the log has and ends the sessions that saw more: {Problem}")]
    private partial void LogRegression(Zxid zxid, string problem);

    [LoggerMessage(142, LogLevel.Warning, "The state went from zxid {Before} to {After}")]
    private partial void LogReloaded(Zxid before, Zxid after);

    [LoggerMessage(143, LogLevel.Warning, "The state could not be loaded yet: {Problem}")]
    private partial void LogReloadFailed(string problem);
}
