using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>Keeps an instance that was told to stop serving for a while: its readiness fails from the first moment, and
/// whoever balances the load turns to others before anybody is refused.</summary>
internal sealed class Drain(ITransactionLog log, InstanceOptions options, TimeProvider time) : IHostedLifecycleService
{
    public const int SharedDrainMs = 2_000;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        var drainMs = options.DrainMs ?? (log.Description.IsShared ? SharedDrainMs : 0);
        return Task.Delay(TimeSpan.FromMilliseconds(drainMs), time, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
