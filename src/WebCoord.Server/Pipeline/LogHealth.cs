using WebCoord.Core;
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
    /// <summary>Contacts that wait until what was in the log then is applied; of more, the last is replaced.</summary>
    private const int MaxUnapplied = 64;

    private readonly Lock _lock = new();
    private readonly Lock _telling = new();
    private readonly List<(long AskedAt, Zxid Head)> _unapplied = [];
    private LogUnavailableException? _failure;
    private bool _isToldAvailable = true;
    private bool _isAsked;
    private bool _isHeld;
    private Zxid _applied;
    private long _lastContact = time.GetTimestamp();

    /// <summary>True until the log fails, and again once it answers; or once it takes an append, if it answered but
    /// took none.</summary>
    public bool IsAvailable => Failure is null;

    /// <summary>Why it is not available; null while it is.</summary>
    public LogUnavailableException? Failure => Volatile.Read(ref _failure);

    /// <summary>Whether the state is not that of the log at present.</summary>
    public bool IsHeld => Volatile.Read(ref _isHeld);

    /// <summary>Whether what is applied here is, as far as is known, what the log has.</summary>
    public bool IsCurrent => Failure is null or { RefusesWrites: true } && !IsHeld;

    /// <summary>How long ago the last moment was as of which this instance has applied all that the log had: an answer
    /// of the log counts once what was in it then is applied.</summary>
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

    /// <summary>Raised after <see cref="IsAvailable"/> has changed, one call at a time. Handlers must not block.
    /// </summary>
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

    public void Contacted(long askedAt, Zxid head)
    {
        Note(askedAt, head);
        if (Failure is not { RefusesWrites: true })
        {
            Report(null);
        }
    }

    /// <summary>The log took an append that was begun at a moment.</summary>
    public void Appended(long askedAt, Zxid head)
    {
        Note(askedAt, head);
        Report(null);
    }

    public void Failed(LogUnavailableException failure) => Report(failure);

    /// <summary>Everything up to a zxid is applied.</summary>
    public void Applied(Zxid zxid)
    {
        lock (_lock)
        {
            _applied = zxid;
            var count = _isHeld ? 0 : _unapplied.FindIndex(contact => contact.Head > zxid);
            count = count < 0 ? _unapplied.Count : count;
            if (count > 0)
            {
                _lastContact = Math.Max(_lastContact, _unapplied[count - 1].AskedAt);
                _unapplied.RemoveRange(0, count);
            }
        }
    }

    /// <summary>From here until <see cref="Release"/> the state is not that of the log, and no contact
    /// counts.</summary>
    public void Hold() => Volatile.Write(ref _isHeld, true);

    /// <summary>The state is that of the log again, up to a zxid.</summary>
    public void Release(Zxid applied)
    {
        lock (_lock)
        {
            _isHeld = false;
            _unapplied.Clear();
            _applied = applied;
        }
    }

    private void Note(long askedAt, Zxid head)
    {
        lock (_lock)
        {
            if (head <= _applied && !_isHeld)
            {
                _lastContact = Math.Max(_lastContact, askedAt);
            }
            else
            {
                if (_unapplied.Count == MaxUnapplied)
                {
                    _unapplied.RemoveAt(MaxUnapplied - 1);
                }

                _unapplied.Add((askedAt, head));
            }
        }
    }

    private void Report(LogUnavailableException? failure)
    {
        LogUnavailableException? before;
        lock (_lock)
        {
            before = _failure;
            _isAsked = false;
            Volatile.Write(ref _failure, failure);
        }

        if ((before is null) != (failure is null) || before?.IsLost != failure?.IsLost
            || before?.RefusesWrites != failure?.RefusesWrites)
        {
            Tell(failure);
            TellOfAvailability();
        }
    }

    /// <summary>One at a time, and each tells how it is by then, so that the last word is the truth.</summary>
    private void TellOfAvailability()
    {
        lock (_telling)
        {
            if (IsAvailable != _isToldAvailable)
            {
                _isToldAvailable = IsAvailable;
                Changed?.Invoke(_isToldAvailable);
            }
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
            case { RefusesWrites: true }:
                LogRefusesWrites(failure.Message);
                break;
            default:
                LogUnavailable(failure.Message);
                break;
        }
    }

    [LoggerMessage(160, LogLevel.Information, "The log answers again")]
    private partial void LogRestored();

    [LoggerMessage(161, LogLevel.Error, "The log does not answer. Until it does nothing is written, and of what "
        + "this instance has loaded only consistency=local is read: {Problem}")]
    private partial void LogUnavailable(string problem);

    [LoggerMessage(163, LogLevel.Error, "The log takes no writes; reads go on: {Problem}")]
    private partial void LogRefusesWrites(string problem);

    [LoggerMessage(162, LogLevel.Critical, "THE LOG IS LOST. This instance keeps what it has and writes nothing until "
        + "an operator decides: {Problem}")]
    private partial void LogLost(string problem);
}
