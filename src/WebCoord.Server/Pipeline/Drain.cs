using System.Runtime.InteropServices;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Hears when the process is told to stop, and first keeps it serving for a while: from that moment its readiness
/// fails, so that whoever balances the load turns to others before anybody is refused. Only then the host begins to
/// stop, at which all front ends let go of their clients. Nothing could be served in between those two: SignalR, for
/// one, ends its connections at the first word of the host's end.
/// </summary>
internal sealed partial class Drain(ITransactionLog log, InstanceOptions options, IHostApplicationLifetime host,
    TimeProvider time, ILogger<Drain> logger) : IHostLifetime, IDisposable
{
    private const int SharedDrainMs = 2_000;

    private readonly List<PosixSignalRegistration> _signals = [];
    private int _isUnderWay;

    /// <summary>Whether it was told to stop.</summary>
    public bool IsUnderWay => Volatile.Read(ref _isUnderWay) != 0;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _signals.AddRange(new[] { PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM }
            .Select(signal => PosixSignalRegistration.Create(signal, Hear)));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _signals.ForEach(signal => signal.Dispose());

    /// <summary>The runtime would end the process at once; it ends when all is done.</summary>
    private void Hear(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _ = StopHostAsync();
    }

    private async Task StopHostAsync()
    {
        // Who is told twice is to hurry, and before all is started nobody is served.
        var drainMs = options.DrainMs ?? (log.Description.IsShared ? SharedDrainMs : 0);
        if (Interlocked.Exchange(ref _isUnderWay, 1) == 0 && host.ApplicationStarted.IsCancellationRequested
            && drainMs > 0)
        {
            LogDraining(drainMs);
            await Task.Delay(TimeSpan.FromMilliseconds(drainMs), time);
        }

        host.StopApplication();
    }

    [LoggerMessage(125, LogLevel.Information, "Told to stop; for {DrainMs} ms it serves on, while it says on "
        + "/health/ready that it is stopping")]
    private partial void LogDraining(int drainMs);
}
