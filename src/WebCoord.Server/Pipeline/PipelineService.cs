using System.Diagnostics.CodeAnalysis;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>What loading took; for the start-up line.</summary>
internal readonly record struct LoadReport(Zxid SnapshotZxid, long ReplayedEntries, long Nodes, TimeSpan Duration,
    IReadOnlyCollection<string> DamagedSnapshots);

/// <summary>
/// Starts the pipeline before the server listens and stops it after the server has stopped: open the log, load the
/// newest snapshot, replay what follows, then run. Stopping drains what is queued, so nothing that was taken is lost.
/// </summary>
internal sealed partial class PipelineService(ITransactionLog log, Applier applier, Sequencer sequencer,
    PendingBatches pending, SessionTracker tracker, SnapshotTaker snapshots, InstanceHeartbeat heartbeat,
    Settings bootstrap, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<PipelineService> logger)
    : IHostedService, IDisposable
{
    /// <summary>How long stopping waits for its own last requests, should the pipeline have failed.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _stopGate = new();
    private Task? _stopped;
    private Task _applying = Task.CompletedTask;
    private Task _sequencing = Task.CompletedTask;
    private Task _tracking = Task.CompletedTask;
    private Task _beating = Task.CompletedTask;

    public LoadReport Loaded { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await log.OpenAsync(cancellationToken);
        await LoadAsync(cancellationToken);
        _applying = Guard(() => ApplyAsync(_stopping.Token));
        _sequencing = Guard(sequencer.RunAsync);
        await PrepareAsync(cancellationToken);
        _tracking = Guard(() => tracker.RunAsync(_stopping.Token));
        _beating = Guard(() => heartbeat.RunAsync(_stopping.Token));
    }

    /// <summary>Whoever runs the host may stop it more than once; the second waits for the first.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_stopGate)
        {
            return _stopped ??= DrainAsync(cancellationToken);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(heartbeat.LeaveAsync(), Task.Delay(LastWords, time, cancellationToken));
        sequencer.Complete();
        await _sequencing;
        await applier.WaitForAsync(log.Head.Zxid, LastWords, cancellationToken);
        await _stopping.CancelAsync();
        await Task.WhenAll(_applying, _tracking, _beating);
        await snapshots.CompleteAsync();
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var damaged = new List<string>();
        var state = await log.LoadSnapshotAsync(damaged, cancellationToken) ?? CoordinationState.Initial;
        applier.Restore(state);
        var replayed = await ReplayAsync(state, cancellationToken);
        Loaded = new LoadReport(state.LastZxid, replayed, applier.State.Tree.NodeCount, time.GetElapsedTime(started),
            damaged);
    }

    /// <summary>Applies what the log had when it was opened. Progress is told, because a large log takes a while.
    /// </summary>
    private async Task<long> ReplayAsync(CoordinationState state, CancellationToken cancellationToken)
    {
        var replayed = 0L;
        var head = log.Head.Zxid;
        if (state.LastZxid >= head)
        {
            return replayed;
        }

        var lastProgress = time.GetTimestamp();
        var position = new LogPosition(state.LastZxid, state.ChainHash);
        await foreach (var entry in log.ReadAsync(position, cancellationToken))
        {
            applier.Apply(entry);
            snapshots.Count(entry, applier.State);
            replayed++;
            if (time.GetElapsedTime(lastProgress) >= ProgressInterval)
            {
                LogProgress(entry.LastZxid, head, applier.State.Tree.NodeCount);
                lastProgress = time.GetTimestamp();
            }

            if (entry.LastZxid >= head)
            {
                break;
            }
        }

        return replayed;
    }

    private async Task ApplyAsync(CancellationToken cancellationToken)
    {
        var position = new LogPosition(applier.State.LastZxid, applier.State.ChainHash);
        await foreach (var entry in log.ReadAsync(position, cancellationToken))
        {
            applier.Apply(entry);
            snapshots.Count(entry, applier.State);
        }
    }

    /// <summary>What every start appends: the settings if there are none yet, and that sessions start afresh, because
    /// while this process was away their clients had nobody to turn to.</summary>
    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (applier.State.StoredSettings is null)
        {
            await AppendAsync(new Command.UpdateSettings(bootstrap, Bootstrap: true), cancellationToken);
        }

        if (applier.State.Sessions.Count > 0)
        {
            await AppendAsync(new Command.ServiceResumed(), cancellationToken);
        }
    }

    private async Task AppendAsync(Command command, CancellationToken cancellationToken)
    {
        var result = await sequencer.SubmitAsync(new Request(command), cancellationToken);
        if (!result.Succeeded)
        {
            throw new LogRefusedException($"The first write to {log.Description.Location} failed: {result.Detail}");
        }
    }

    /// <summary>Nothing in the pipeline may fail and the process go on as if it had not: it stops, loudly.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it was, the process must stop.")]
    private Task Guard(Func<Task> run) => Task.Run(async () =>
    {
        try
        {
            await run();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (Exception failure)
        {
            LogFatal(failure);
            foreach (var request in pending.TakeAll())
            {
                request.TrySetResult(ApplyResult.Refused(ErrorCode.OutcomeUnknown,
                    "This instance failed; whether the write happened is not known."));
            }

            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    });

    [LoggerMessage(120, LogLevel.Information, "Loading: at zxid {Zxid} of {Head}, {Nodes} nodes")]
    private partial void LogProgress(Zxid zxid, Zxid head, long nodes);

    [LoggerMessage(121, LogLevel.Critical, "The pipeline failed; this instance stops")]
    private partial void LogFatal(Exception failure);
}
