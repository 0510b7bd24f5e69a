using WebCoord.Core;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Saves a snapshot when enough was applied since the last one, then lets the log drop what snapshots cover. States are
/// immutable, so this goes on beside writes and holds up nobody.
/// </summary>
internal sealed partial class SnapshotTaker(ITransactionLog log, LogOptions options, PipelineMetrics metrics,
    TimeProvider time, ILogger<SnapshotTaker> logger)
{
    private long _requests;
    private long _bytes;
    private Task _saving = Task.CompletedTask;

    /// <summary>Counts an entry that was applied, and starts a snapshot when one is due and none is under
    /// way.</summary>
    public void Count(LogEntry entry, CoordinationState state)
    {
        _requests += entry.Requests.Length;
        _bytes += entry.PayloadBytes;
        if ((_requests >= options.SnapshotRequests || _bytes >= options.SnapshotBytes) && _saving.IsCompleted)
        {
            _requests = 0;
            _bytes = 0;
            _saving = Task.Run(() => SaveAsync(state));
        }
    }

    /// <summary>Waits for the snapshot under way, if there is one.</summary>
    public Task CompleteAsync() => _saving;

    private async Task SaveAsync(CoordinationState state)
    {
        try
        {
            var started = time.GetTimestamp();
            await log.SaveSnapshotAsync(state, CancellationToken.None);
            await log.TrimAsync(CancellationToken.None);
            var elapsed = time.GetElapsedTime(started);
            metrics.SnapshotSaved(elapsed, null);
            LogSaved(state.LastZxid, state.Tree.NodeCount, elapsed.TotalMilliseconds);
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or LogUnavailableException)
        {
            // The log still has everything: the next snapshot makes up for this one.
            LogFailed(state.LastZxid, failure.Message);
        }
    }

    [LoggerMessage(110, LogLevel.Information,
        "Saved a snapshot of {Nodes} nodes at zxid {Zxid} in {Milliseconds:F0} ms")]
    private partial void LogSaved(Zxid zxid, long nodes, double milliseconds);

    [LoggerMessage(111, LogLevel.Warning, "No snapshot at zxid {Zxid}, the log goes on growing: {Problem}")]
    private partial void LogFailed(Zxid zxid, string problem);
}
