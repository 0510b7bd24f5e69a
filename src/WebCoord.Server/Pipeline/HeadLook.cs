using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>Asks a shared log for its head, once for all who want to know at the same moment. An answer serves those
/// who asked before the look began, and nobody else: it says nothing of what was appended since. It also shows that the
/// state of this instance is made of entries that the log still has.</summary>
internal sealed class HeadLook(ITransactionLog log, Applier applier)
{
    private readonly Lock _lock = new();
    private Task<LogPosition>? _underWay;
    private Task<LogPosition>? _next;

    /// <summary>The head of the log at some moment after the call.</summary>
    /// <exception cref="LogUnavailableException">It cannot be told, or the state is to be loaded anew.</exception>
    public Task<LogPosition> AfterNowAsync()
    {
        lock (_lock)
        {
            if (_underWay is null or { IsCompleted: true } && _next is null)
            {
                return _underWay = LookAsync();
            }

            return _next ??= LookAfterAsync(_underWay!);
        }
    }

    private Task<LogPosition> LookAsync() =>
        log.LookAsync(LogPosition.Of(applier.State), CancellationToken.None).AsTask();

    private async Task<LogPosition> LookAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<LogPosition> look;
        lock (_lock)
        {
            // From here on others wait for the look after this one.
            look = _underWay = LookAsync();
            _next = null;
        }

        return await look;
    }
}
