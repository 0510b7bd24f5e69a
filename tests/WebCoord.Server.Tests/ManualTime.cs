namespace WebCoord.Server.Tests;

/// <summary>A clock that stands still until a test moves it, and then runs the timers that are due.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers wait for their time.</summary>
    public int Timers
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count(timer => timer.Due != DateTimeOffset.MaxValue);
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_lock)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    public void Advance(TimeSpan time)
    {
        var end = GetUtcNow() + time;
        while (NextDue(end) is { } timer)
        {
            timer.Run();
        }
    }

    /// <summary>Moves the clock as if the process had been halted meanwhile: timers that were due run late.</summary>
    public void Halt(TimeSpan time)
    {
        lock (_lock)
        {
            _now += time;
        }

        Advance(TimeSpan.Zero);
    }

    /// <summary>Moves the clock to the first timer that is due by then; null and to the end when none is.</summary>
    private ManualTimer? NextDue(DateTimeOffset end)
    {
        lock (_lock)
        {
            var timer = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            _now = timer is null ? end : timer.Due > _now ? timer.Due : _now;
            timer?.Rearm();
            return timer;
        }
    }

    private sealed class ManualTimer(ManualTime time, Action run) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; } = DateTimeOffset.MaxValue;

        public void Run() => run();

        public void Rearm() => Due = _period > TimeSpan.Zero ? Due + _period : DateTimeOffset.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : time._now + dueTime;
                _period = period;
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
