namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>One Redis for all tests of a class; each has a prefix of its own there.</summary>
public sealed class RunningRedis : IAsyncLifetime
{
    internal RedisServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (RedisServer.WhyMissing is null)
        {
            Server = await RedisServer.StartAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }
}
