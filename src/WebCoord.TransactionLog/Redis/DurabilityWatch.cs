using StackExchange.Redis;

namespace WebCoord.TransactionLog.Redis;

/// <summary>Knows how durable a Redis is, whose settings may change while it runs.</summary>
internal sealed class DurabilityWatch(TimeProvider time, RedisLogOptions options)
{
    private volatile int _durability = (int)Durability.Unknown;

    /// <summary>How often the settings are read.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>As it was last seen.</summary>
    public Durability Current => (Durability)_durability;

    /// <summary>Inspects what a new connection leads to.</summary>
    /// <exception cref="LogRefusedException">A person must act.</exception>
    /// <exception cref="LogUnavailableException">There is no master at present, or no answer.</exception>
    public async Task InspectAsync(RedisConnection connection, CancellationToken cancellationToken) =>
        _durability = (int)await RedisInspection.InspectAsync(connection, options, cancellationToken);

    /// <summary>Reads the settings again and again, until it is cancelled.</summary>
    public async Task FollowAsync(RedisConnection connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Interval, time, cancellationToken);
            try
            {
                _durability = (int)await RedisInspection.DurabilityAsync(connection, options, cancellationToken);
            }
            catch (Exception failure) when (failure is LogUnavailableException or LogRefusedException
                or RedisException or ObjectDisposedException)
            {
                // Whoever uses the connection meets that too, and it is theirs to act on.
            }
        }
    }
}
