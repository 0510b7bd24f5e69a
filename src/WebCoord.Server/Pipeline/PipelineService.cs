using System.Diagnostics.CodeAnalysis;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Starts the pipeline before the server listens and stops it after the server has stopped. Stopping drains what is
/// queued, so nothing that was taken is lost. A log that cannot be reached yet holds up nobody: the server listens and
/// says so, and the pipeline starts once the log is there.
/// </summary>
internal sealed partial class PipelineService(ITransactionLog log, LogLoader loader, Applier applier,
    Sequencer sequencer, PendingBatches pending, SessionTracker tracker, SnapshotTaker snapshots,
    InstanceHeartbeat heartbeat, LogHealth health, Settings bootstrap, IHostApplicationLifetime lifetime,
    TimeProvider time, ILogger<PipelineService> logger) : IHostedService, IDisposable
{
    /// <summary>How long it waits before it turns again to a log that could not be reached.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    /// <summary>How long stopping waits for the last entries to be applied, should the Applier have failed or the log
    /// have gone.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _heartbeatStopping = new();
    private readonly Lock _stopGate = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _stopped;
    private Task _starting = Task.CompletedTask;
    private Task _applying = Task.CompletedTask;
    private Task _sequencing = Task.CompletedTask;
    private Task _tracking = Task.CompletedTask;
    private Task _beating = Task.CompletedTask;

    /// <summary>Completes once the log is loaded and requests can be served.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Whether requests can be served: the log is loaded, though it may have become unavailable since.
    /// </summary>
    public bool IsReady => Ready.IsCompletedSuccessfully;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!await TryLoadAsync(cancellationToken))
        {
            _starting = Guard(() => StartLaterAsync(_heartbeatStopping.Token));
        }
        else if (log.Description.IsShared)
        {
            // It was there a moment ago, but may be gone again: the server listens all the same.
            _starting = Guard(() => BeginAsync(_heartbeatStopping.Token));
            await Task.WhenAny(_starting, Task.Delay(LastWords, time, cancellationToken));
        }
        else
        {
            await BeginAsync(cancellationToken);
        }
    }

    /// <summary>Whoever runs the host may stop it more than once; the second waits for the first.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_stopGate)
        {
            return _stopped ??= DrainAsync();
        }
    }

    public void Dispose()
    {
        _heartbeatStopping.Dispose();
        _stopping.Dispose();
    }

    /// <summary>What was taken is brought into the log and answered; only then does the rest stop. Nothing here waits
    /// for a client, and should the pipeline have failed, what waits for it was answered when it did.</summary>
    private async Task DrainAsync()
    {
        await _heartbeatStopping.CancelAsync();
        await WithinAsync(Task.WhenAll(_starting, _beating));
        if (IsReady)
        {
            // A courtesy: whoever does not hear it finds out by the heartbeats that do not come.
            await WithinAsync(heartbeat.LeaveAsync());
        }

        sequencer.Complete();
        await _sequencing;
        if (IsReady)
        {
            await applier.WaitForAsync(log.Head.Zxid, LastWords, CancellationToken.None);
        }

        await _stopping.CancelAsync();
        await _applying;
        pending.Close();
        await Task.WhenAll(_starting, _beating, _tracking);
        await snapshots.StopAsync();
    }

    private Task<Task> WithinAsync(Task task) =>
        Task.WhenAny(task, Task.Delay(LastWords, time, CancellationToken.None));

    private async Task<bool> TryLoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await loader.LoadAsync(cancellationToken);
            return true;
        }
        catch (LogUnavailableException failure)
        {
            health.Failed(failure);
            return false;
        }
        catch (Exception moved) when (log.Description.IsShared
            && moved is LogTrimmedException or LogRegressedException)
        {
            // While it was loaded, others went on.
            return false;
        }
    }

    private async Task StartLaterAsync(CancellationToken stopping)
    {
        do
        {
            await Task.Delay(RetryPause, time, stopping);
        }
        while (!await TryLoadAsync(stopping));
        await BeginAsync(stopping);
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        _applying = Guard(() => loader.FollowAsync(_stopping.Token));
        _sequencing = Guard(sequencer.RunAsync);
        await BootstrapAsync(cancellationToken);
        _tracking = Guard(() => tracker.RunAsync(_stopping.Token));
        _beating = Guard(() => heartbeat.RunAsync(_heartbeatStopping.Token));
        _ready.SetResult();
    }

    /// <summary>The first start of a service puts its settings into the state.</summary>
    private async Task BootstrapAsync(CancellationToken cancellationToken)
    {
        while (applier.State.StoredSettings is null)
        {
            var command = new Command.UpdateSettings(bootstrap, Bootstrap: true);
            var result = await sequencer.SubmitOwnAsync(command).WaitAsync(cancellationToken);
            if (!result.Succeeded && !log.Description.IsShared)
            {
                throw new LogRefusedException($"The first write to {log.Description.Location} failed: {result.Detail}");
            }

            if (!result.Succeeded)
            {
                // It was there a moment ago and may be there again in another.
                await Task.Delay(RetryPause, time, cancellationToken);
            }
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
        catch (OperationCanceledException) when (_heartbeatStopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (LogRefusedException refusal)
        {
            LogRefused(refusal.Message);
            Stop();
        }
        catch (Exception failure)
        {
            LogFatal(failure);
            Stop();
        }
    });

    private void Stop()
    {
        Environment.ExitCode = 1;
        sequencer.Complete();
        pending.Close();
        lifetime.StopApplication();
    }

    [LoggerMessage(121, LogLevel.Critical, "This instance stops, for the log cannot be used as it is: {Problem}")]
    private partial void LogRefused(string problem);

    [LoggerMessage(120, LogLevel.Critical, "The pipeline failed; this instance stops")]
    private partial void LogFatal(Exception failure);
}
