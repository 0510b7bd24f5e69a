using WebCoord.Core;

namespace WebCoord.Server.Pipeline;

/// <summary>Those who wait until a zxid is applied. A publication wakes only whom it satisfies, and their number is
/// bounded.</summary>
internal sealed class ZxidWaiters
{
    /// <summary>More at once are turned away.</summary>
    public const int MaxWaiting = 10_000;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<(Zxid Zxid, long Number), TaskCompletionSource> _waiting = [];
    private long _lastNumber;

    /// <summary>Waits until <see cref="Release"/> is called with the zxid or a later one; false when the time is up
    /// first, or when too many wait.</summary>
    /// <param name="applied">The last zxid applied; asked again once the waiter is in line, so that a publication in
    /// between is not slept through.</param>
    public async Task<bool> WaitAsync(Zxid zxid, Func<Zxid> applied, TimeSpan timeout, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Join(zxid, waiter) is not { } place)
        {
            return false;
        }

        try
        {
            if (applied() < zxid)
            {
                await waiter.Task.WaitAsync(timeout, time, cancellationToken);
            }

            return true;
        }
        catch (TimeoutException)
        {
            return applied() >= zxid;
        }
        finally
        {
            lock (_lock)
            {
                _waiting.Remove(place);
            }
        }
    }

    /// <summary>Wakes those who wait for this zxid or an earlier one.</summary>
    public void Release(Zxid applied)
    {
        lock (_lock)
        {
            while (_waiting.Count > 0 && _waiting.First() is var next && next.Key.Zxid <= applied)
            {
                _waiting.Remove(next.Key);
                next.Value.TrySetResult();
            }
        }
    }

    private (Zxid Zxid, long Number)? Join(Zxid zxid, TaskCompletionSource waiter)
    {
        lock (_lock)
        {
            if (_waiting.Count >= MaxWaiting)
            {
                return null;
            }

            var place = (zxid, ++_lastNumber);
            _waiting.Add(place, waiter);
            return place;
        }
    }
}
