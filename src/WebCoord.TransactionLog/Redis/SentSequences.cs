namespace WebCoord.TransactionLog.Redis;

/// <summary>
/// Which sequence the next append names as the one before it. That is the last one that was sent, until Redis refuses
/// one: all that were under way behind it fail with it, and the next follows the last that was taken. Safe for use by
/// many threads.
/// </summary>
/// <param name="last">The sequence that the incarnation is registered with.</param>
internal sealed class SentSequences(long last)
{
    private readonly Lock _lock = new();
    private long _sent = last;
    private long _before = last;
    private long _taken = last;
    private long _givenUp;

    /// <summary>One is sent.</summary>
    /// <returns>The one before it.</returns>
    public long Send(long sequence)
    {
        lock (_lock)
        {
            var before = _before;
            (_sent, _before) = (sequence, sequence);
            return before;
        }
    }

    /// <summary>One is in the log.</summary>
    public void Take(long sequence)
    {
        lock (_lock)
        {
            _taken = Math.Max(_taken, sequence);
        }
    }

    /// <summary>One was refused.</summary>
    public void Refuse(long sequence)
    {
        lock (_lock)
        {
            if (sequence > _givenUp)
            {
                (_givenUp, _before) = (_sent, _taken);
            }
        }
    }
}
