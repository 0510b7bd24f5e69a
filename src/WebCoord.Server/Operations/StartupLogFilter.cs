namespace WebCoord.Server.Operations;

/// <summary>Keeps the host and Kestrel from printing a failure to start with a trace of calls, when <see
/// cref="StartupFailures"/> tells the same to the person who must act. Once the service runs they may print all.
/// </summary>
internal sealed class StartupLogFilter
{
    private volatile bool _isRunning;

    public void Running() => _isRunning = true;

    public void AddTo(ILoggingBuilder logging)
    {
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", Passes);
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", Passes);
        logging.Services.AddSingleton(this);
    }

    private bool Passes(LogLevel level) => level >= LogLevel.Warning && (_isRunning || level < LogLevel.Error);
}
