namespace WebCoord.Server.Pipeline;

/// <summary>The requests that wait for their batch, in their order, those of the service itself first. Many add, one
/// takes; what waits is taken all at once, so that a request costs its part of one lock.</summary>
internal sealed class RequestQueue(int maxRequests)
{
    private readonly Lock _lock = new();
    private readonly Queue<PendingRequest> _waiting = new();
    private readonly Queue<PendingRequest> _first = new();
    private int _count;
    private long _bytes;
    private bool _isClosed;
    private bool _isHeld;
    private TaskCompletionSource<bool>? _arrival;

    /// <summary>Requests that wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Bytes of the requests that wait.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether nothing is taken, and nothing is taken in but what goes first.</summary>
    public bool IsHeld
    {
        get
        {
            lock (_lock)
            {
                return _isHeld;
            }
        }
    }

    /// <summary>Adds a request; false when the queue is full, held or closed.</summary>
    /// <param name="isFirst">Whether it goes before all that are not.</param>
    public bool TryAdd(PendingRequest request, bool isFirst)
    {
        TaskCompletionSource<bool>? arrival;
        lock (_lock)
        {
            if (_isClosed || _count >= maxRequests || (_isHeld && !isFirst))
            {
                return false;
            }

            (isFirst ? _first : _waiting).Enqueue(request);
            _count++;
            _bytes += request.Bytes;
            arrival = TakeArrival();
        }

        arrival?.SetResult(true);
        return true;
    }

    /// <summary>Takes the first requests: as many as fit a batch, and at least one if there is one and the queue is not
    /// held.</summary>
    public PendingRequest[] Take(int mostRequests, int mostBytes)
    {
        lock (_lock)
        {
            if (_isHeld)
            {
                return [];
            }

            var count = 0;
            var bytes = 0L;
            foreach (var next in _first.Concat(_waiting))
            {
                if (count == mostRequests || (count > 0 && bytes + next.Bytes > mostBytes))
                {
                    break;
                }

                bytes += next.Bytes;
                count++;
            }

            var taken = new PendingRequest[count];
            for (var i = 0; i < count; i++)
            {
                taken[i] = (_first.Count > 0 ? _first : _waiting).Dequeue();
            }

            _count -= count;
            _bytes -= bytes;
            return taken;
        }
    }

    /// <summary>Takes all requests that were not added as first.</summary>
    public PendingRequest[] TakeAllButFirst()
    {
        lock (_lock)
        {
            return TakeWaiting();
        }
    }

    /// <summary>From here on nothing is taken, and nothing is taken in but what goes first, until <see
    /// cref="Release"/>.</summary>
    /// <returns>The requests that waited and do not go first: they are taken out.</returns>
    public PendingRequest[] Hold()
    {
        lock (_lock)
        {
            _isHeld = true;
            return TakeWaiting();
        }
    }

    public void Release()
    {
        TaskCompletionSource<bool>? arrival;
        lock (_lock)
        {
            _isHeld = false;
            arrival = TakeArrival();
        }

        arrival?.SetResult(true);
    }

    /// <summary>Waits until there is something to take; false once the queue is closed and nothing can be taken any
    /// more.</summary>
    public ValueTask<bool> WaitAsync()
    {
        lock (_lock)
        {
            var isReady = _count > 0 && !_isHeld;
            if (isReady || _isClosed)
            {
                return ValueTask.FromResult(isReady);
            }

            _arrival ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask<bool>(_arrival.Task);
        }
    }

    /// <summary>Takes in no more.</summary>
    public void Close()
    {
        TaskCompletionSource<bool>? arrival;
        lock (_lock)
        {
            _isClosed = true;
            (arrival, _arrival) = (_arrival, null);
        }

        arrival?.SetResult(false);
    }

    private PendingRequest[] TakeWaiting()
    {
        var taken = _waiting.ToArray();
        _waiting.Clear();
        _count -= taken.Length;
        _bytes -= taken.Sum(request => (long)request.Bytes);
        return taken;
    }

    /// <summary>Whoever waits for something to take, if there is something.</summary>
    private TaskCompletionSource<bool>? TakeArrival()
    {
        if (_isHeld || _count == 0)
        {
            return null;
        }

        var arrival = _arrival;
        _arrival = null;
        return arrival;
    }
}
