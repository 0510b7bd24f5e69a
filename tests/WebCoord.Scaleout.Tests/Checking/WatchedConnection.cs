namespace WebCoord.Scaleout.Tests.Checking;

/// <summary>What one connection told its client, in the order in which it came. Safe for use by many threads.</summary>
internal sealed class WatchedConnection(string client)
{
    private sealed record Notice(int Order, string? Watch, long Zxid);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _armed = new(StringComparer.Ordinal);
    private readonly List<Notice> _answers = [];
    private readonly List<Notice> _events = [];
    private bool _hasEnded;

    public int EventCount
    {
        get
        {
            lock (_lock)
            {
                return _events.Count;
            }
        }
    }

    /// <summary>A one-shot watch was armed; each has a name of its own.</summary>
    /// <param name="order">The place of the answer among all that came on the connection.</param>
    /// <param name="zxid">Of the state that the answer shows: the watch waits for what comes after it.</param>
    public void Armed(int order, string watch, long zxid)
    {
        lock (_lock)
        {
            _armed.Add(watch, zxid);
            _answers.Add(new Notice(order, null, zxid));
        }
    }

    public void Answered(int order, long zxid)
    {
        lock (_lock)
        {
            _answers.Add(new Notice(order, null, zxid));
        }
    }

    public void Fired(int order, string watch, long zxid)
    {
        lock (_lock)
        {
            _events.Add(new Notice(order, watch, zxid));
        }
    }

    /// <summary>The connection was lost, or its watches were dropped and it was told so: what has not fired need not.
    /// </summary>
    public void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
        }
    }

    /// <param name="changes">The zxids of all changes that the watches waited for, in order.</param>
    /// <param name="from">What was armed before this zxid is not looked at.</param>
    public IReadOnlyList<string> FindViolations(long[] changes, long from)
    {
        lock (_lock)
        {
            return [.. OfRegistrations(changes, from), .. OfOrder()];
        }
    }

    private IEnumerable<string> OfRegistrations(long[] changes, long from)
    {
        var events = _events.ToLookup(notice => notice.Watch);
        foreach (var (watch, armed) in _armed.Where(armed => armed.Value >= from))
        {
            var expected = changes.FirstOrDefault(zxid => zxid > armed);
            var fired = events[watch].Select(notice => notice.Zxid).ToArray();
            var isMissing = fired.Length == 0 && expected > 0 && !_hasEnded;
            var isWrong = fired.Length > 1 || (fired.Length == 1 && fired[0] != expected);
            if (isMissing || isWrong)
            {
                yield return $"{client}: watch {watch}, armed at {armed}, had to tell of {expected} and told of "
                    + $"[{string.Join(", ", fired)}]";
            }
        }

        foreach (var unknown in _events.Where(notice => !_armed.ContainsKey(notice.Watch!) && !_hasEnded))
        {
            yield return $"{client}: an event of no watch: {unknown}";
        }
    }

    private IEnumerable<string> OfOrder()
    {
        Notice? last = null;
        var shown = 0L;
        foreach (var notice in _answers.Concat(_events).OrderBy(notice => notice.Order))
        {
            if (notice.Watch is null)
            {
                shown = Math.Max(shown, notice.Zxid);
                continue;
            }

            if (notice.Zxid < last?.Zxid)
            {
                yield return $"{client}: {last} came before {notice}";
            }

            if (notice.Zxid <= shown)
            {
                yield return $"{client}: {notice} came after an answer that shows {shown}";
            }

            last = notice;
        }
    }
}
