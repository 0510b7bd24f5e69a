namespace WebCoord.TransactionLog.Redis;

/// <summary>Where the link to Redis is while there is one, and why there is none while there is not. Safe for use by
/// many threads.</summary>
/// <param name="patience">How long a handshake that is under way is waited for.</param>
internal sealed class LinkSlot(TimeSpan patience)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _arrival = NewArrival();
    private RedisLink? _link;

    /// <summary>The link, while there is one.</summary>
    /// <exception cref="LogUnavailableException">There is none at present.</exception>
    public RedisLink Current => Link ?? throw Absence();

    public RedisLink? Link
    {
        get
        {
            lock (_lock)
            {
                return _link;
            }
        }
    }

    /// <summary>Why there is no link; null while there is one, or when another handshake is all that it
    /// takes.</summary>
    public LogUnavailableException? Failure
    {
        get
        {
            lock (_lock)
            {
                return field;
            }
        }

        private set;
    }

    /// <summary>The link, or the next one.</summary>
    public async Task<RedisLink> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task arrival;
            lock (_lock)
            {
                if (_link is not null)
                {
                    return _link;
                }

                arrival = _arrival.Task;
            }

            await arrival.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The link, or the next one where that is only a matter of another handshake.</summary>
    /// <exception cref="LogUnavailableException">Redis does not answer.</exception>
    public async ValueTask<RedisLink> WaitUnlessDownAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_link is not null)
            {
                return _link;
            }
        }

        if (Failure is not null)
        {
            throw Absence();
        }

        try
        {
            return await WaitAsync(cancellationToken).WaitAsync(patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw Absence();
        }
    }

    public void Put(RedisLink link)
    {
        TaskCompletionSource arrival;
        lock (_lock)
        {
            (_link, Failure, arrival) = (link, null, _arrival);
        }

        arrival.TrySetResult();
    }

    /// <summary>Takes the link out.</summary>
    /// <param name="why">Null where another handshake is all that it takes.</param>
    public void Take(LogUnavailableException? why)
    {
        lock (_lock)
        {
            (_link, Failure, _arrival) = (null, why, NewArrival());
        }
    }

    /// <summary>There is still none, for another reason.</summary>
    public void Report(LogUnavailableException failure)
    {
        lock (_lock)
        {
            Failure = failure;
        }
    }

    /// <summary>What is told of a request that was not sent.</summary>
    public LogUnavailableException Absence()
    {
        var failure = Failure;
        return new LogUnavailableException(failure?.Message ?? "Redis is being connected to again.", true, failure)
        {
            IsLost = failure?.IsLost ?? false,
        };
    }

    private static TaskCompletionSource NewArrival() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
