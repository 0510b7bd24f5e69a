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
    private TaskCompletionSource<bool>? _arrival;

    /// <summary>Requests that wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Bytes of the requests that wait.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Adds a request; false when the queue is full or closed.</summary>
    /// <param name="isFirst">Whether it goes before all that are not.</param>
    public bool TryAdd(PendingRequest request, bool isFirst)
    {
        TaskCompletionSource<bool>? arrival;
        lock (_lock)
        {
            if (_isClosed || _count >= maxRequests)
            {
                return false;
            }

            (isFirst ? _first : _waiting).Enqueue(request);
            _count++;
            _bytes += request.Bytes;
            (arrival, _arrival) = (_arrival, null);
        }

        arrival?.SetResult(true);
        return true;
    }

    /// <summary>Takes the first requests: as many as fit a batch, and at least one if there is one.</summary>
    public PendingRequest[] Take(int mostRequests, int mostBytes)
    {
        lock (_lock)
        {
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
            var taken = _waiting.ToArray();
            _waiting.Clear();
            _count -= taken.Length;
            _bytes -= taken.Sum(request => (long)request.Bytes);
            return taken;
        }
    }

    /// <summary>Waits until there is something to take; false once the queue is closed and empty.</summary>
    public ValueTask<bool> WaitAsync()
    {
        lock (_lock)
        {
            if (_count > 0 || _isClosed)
            {
                return ValueTask.FromResult(_count > 0);
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
}
