using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Whether the log takes writes at present, and how long ago it last answered. Hub clients and the readiness check are
/// told of the first; the second decides whether this instance may vouch for its clients (design: log contact).
/// </summary>
/// <param name="isShared">Whether other instances use the log too. Then silence counts from the last answer even while
/// nothing is asked: the others may have ended sessions that this instance has not heard of. A log of the process's own
/// cannot be lost while nothing is asked of it.</param>
internal sealed class LogHealth(TimeProvider time, bool isShared) : ILogObserver
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
        bool changed;
        lock (_lock)
        {
            changed = (_failure is null) != (failure is null);
            _lastContact = Math.Max(_lastContact, askedAt);
            _isAsked = false;
            Volatile.Write(ref _failure, failure);
        }

        if (changed)
        {
            Changed?.Invoke(failure is null);
        }
    }
}
