using System.Diagnostics.CodeAnalysis;
using WebCoord.Core;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Saves a snapshot when enough was applied since the last one, then lets the log drop what snapshots cover. States are
/// immutable, so this goes on beside writes and holds up nobody.
/// </summary>
internal sealed partial class SnapshotTaker(ITransactionLog log, LogOptions options, PipelineMetrics metrics,
    TimeProvider time, ILogger<SnapshotTaker> logger) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private long _requests;
    private long _bytes;
    private Task _saving = Task.CompletedTask;

    /// <summary>Counts an entry that was applied, and starts a snapshot when one is due and none is under
    /// way.</summary>
    public void Count(LogEntry entry, CoordinationState state)
    {
        _requests += entry.Requests.Length;
        _bytes += entry.PayloadBytes;
        var isLong = _requests >= Math.Max(options.SnapshotRequests, state.Tree.NodeCount / 2);
        if ((isLong || _bytes >= options.SnapshotBytes) && _saving.IsCompleted)
        {
            _requests = 0;
            _bytes = 0;
            _saving = Task.Run(() => SaveAsync(state));
        }
    }

    /// <summary>Breaks off the snapshot under way, if there is one; the log still has everything.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _saving;
    }

    public void Dispose() => _stopping.Dispose();

    [SuppressMessage("Design", "CA1031", Justification = "The log has everything; the next snapshot makes up for it.")]
    private async Task SaveAsync(CoordinationState state)
    {
        try
        {
            var started = time.GetTimestamp();
            var isSaved = await log.SaveSnapshotAsync(state, _stopping.Token);
            await log.TrimAsync(_stopping.Token);
            var elapsed = time.GetElapsedTime(started);
            if (!isSaved)
            {
                LogUnwanted(state.LastZxid);
                return;
            }

            metrics.SnapshotSaved(elapsed, null);
            LogSaved(state.LastZxid, state.Tree.NodeCount, elapsed.TotalMilliseconds);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogFailed(state.LastZxid, failure);
        }
    }

    [LoggerMessage(110, LogLevel.Information,
        "Saved a snapshot of {Nodes} nodes at zxid {Zxid} in {Milliseconds:F0} ms")]
    private partial void LogSaved(Zxid zxid, long nodes, double milliseconds);

    [LoggerMessage(112, LogLevel.Debug,
        "No snapshot was needed at zxid {Zxid}: another instance has just saved one, or does")]
    private partial void LogUnwanted(Zxid zxid);

    [LoggerMessage(111, LogLevel.Warning, "No snapshot was saved at zxid {Zxid}; the log goes on growing")]
    private partial void LogFailed(Zxid zxid, Exception failure);
}
