namespace WebCoord.Server.Pipeline;

/// <summary>
/// Whether the log takes writes at present, and how long ago it last did. Hub clients and the readiness check are told
/// of the first; the second decides whether this instance may vouch for its clients (design: log contact).
/// </summary>
internal sealed class LogHealth(TimeProvider time)
{
    private readonly Lock _lock = new();
    private string? _problem;
    private bool _appending;
    private long _lastContact = time.GetTimestamp();

    /// <summary>True until an append fails, and again after the next that succeeds.</summary>
    public bool IsAvailable => Problem is null;

    /// <summary>Why it is not available; null while it is.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>How long the log has not answered: zero unless an append is under way or the last one failed. A log of
    /// the process's own cannot be lost while nothing is asked of it.</summary>
    public TimeSpan Silence
    {
        get
        {
            lock (_lock)
            {
                return _appending || _problem is not null ? time.GetElapsedTime(_lastContact) : TimeSpan.Zero;
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
            _lastContact = _problem is null ? time.GetTimestamp() : _lastContact;
            _appending = true;
        }
    }

    /// <summary>The append ended, with a problem or without.</summary>
    public void Report(string? problem)
    {
        bool changed;
        lock (_lock)
        {
            changed = IsAvailable != (problem is null);
            _lastContact = problem is null ? time.GetTimestamp() : _lastContact;
            _appending = false;
            Volatile.Write(ref _problem, problem);
        }

        if (changed)
        {
            Changed?.Invoke(problem is null);
        }
    }
}
