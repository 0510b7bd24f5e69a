using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Whether the log takes writes at present, and how long ago it last answered. Hub clients and the readiness check are
/// told of the first; the second decides whether this instance may vouch for its clients (design: log contact).
/// </summary>
/// <param name="isShared">Whether other instances use the log too. Then silence counts from the last answer even while
/// nothing is asked: the others may have ended sessions that this instance has not heard of. A log of the process's own
/// cannot be lost while nothing is asked of it.</param>
internal sealed partial class LogHealth(TimeProvider time, bool isShared, ILogger<LogHealth> logger) : ILogObserver
{
    private readonly Lock _lock = new();
    private LogUnavailableException? _failure;
    private bool _isAsked;
    private long _lastContact = time.GetTimestamp();

    /// <summary>True until the log fails, and again once it answers.</summary>
    public bool IsAvailable => Failure is null;

    /// <summary>Why it is not available; null while it is.</summary>
    public LogUnavailableException? Failure => Volatile.Read(ref _failure);

    /// <summary>How long the log has not answered.</summary>
    public TimeSpan Silence
    {
        get
        {
            lock (_lock)
            {
                return isShared || _isAsked || _failure is not null ? time.GetElapsedTime(_lastContact) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Raised after <see cref="IsAvailable"/> has changed. Handlers must not block.</summary>
    public event Action<bool>? Changed;

    /// <summary>An append begins.</summary>
    public void Ask()
    {
        lock (_lock)
        {
            _lastContact = isShared || _isAsked || _failure is not null ? _lastContact : time.GetTimestamp();
            _isAsked = true;
        }
    }

    public void Contacted(long askedAt) => Report(askedAt, null);

    public void Failed(LogUnavailableException failure) => Report(long.MinValue, failure);

    private void Report(long askedAt, LogUnavailableException? failure)
    {
        LogUnavailableException? before;
        lock (_lock)
        {
            before = _failure;
            _lastContact = Math.Max(_lastContact, askedAt);
            _isAsked = false;
            Volatile.Write(ref _failure, failure);
        }

        if ((before is null) != (failure is null) || before?.IsLost != failure?.IsLost)
        {
            Tell(failure);
        }

        if ((before is null) != (failure is null))
        {
            Changed?.Invoke(failure is null);
        }
    }

    private void Tell(LogUnavailableException? failure)
    {
        switch (failure)
        {
            case null:
                LogRestored();
                break;
            case { IsLost: true }:
                LogLost(failure.Message);
                break;
            default:
                LogUnavailable(failure.Message);
                break;
        }
    }

    [LoggerMessage(160, LogLevel.Information, "The log answers again")]
    private partial void LogRestored();

    [LoggerMessage(161, LogLevel.Error, "The log does not answer; nothing is written and only consistency=local is read "
        + "until it does: {Problem}")]
    private partial void LogUnavailable(string problem);

    [LoggerMessage(162, LogLevel.Critical, "THE LOG IS LOST. This instance keeps what it has and writes nothing until an "
        + "operator decides: {Problem}")]
    private partial void LogLost(string problem);
}
