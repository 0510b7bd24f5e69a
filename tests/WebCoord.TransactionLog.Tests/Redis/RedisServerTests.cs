namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>The real Redis of these tests does what they count on.</summary>
public sealed class RedisServerTests
{
    [RedisFact]
    public async Task A_killed_server_comes_back_with_its_data_on_the_same_port()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.AskAsync("SET", "a", "1");
        var before = await redis.InfoAsync("run_id");
        await redis.KillAsync();
        await redis.RestartAsync();
        Assert.Equal("1", (await redis.AskAsync("GET", "a")).Text);
        Assert.NotEqual(before, await redis.InfoAsync("run_id"));
    }

    [RedisFact]
    public async Task A_halted_server_answers_once_it_goes_on()
    {
        await using var redis = await RedisServer.StartAsync();
        using var connection = await redis.ConnectAsync();
        await redis.PauseAsync();
        var answer = connection.AskAsync("PING");
        await Task.Delay(100);
        Assert.False(answer.IsCompleted);
        await redis.ResumeAsync();
        Assert.Equal("PONG", (await answer).Text);
    }

    [RedisFact]
    public async Task A_replica_has_the_data_and_is_promoted_and_demoted()
    {
        await using var master = await RedisServer.StartAsync(new RedisSetup { Password = "secret" });
        await master.AskAsync("SET", "a", "1");
        await using var replica = await RedisServer.StartReplicaOfAsync(master);
        Assert.Equal("1", (await replica.AskAsync("GET", "a")).Text);
        await Assert.ThrowsAsync<RespException>(() => replica.AskAsync("SET", "a", "2"));
        await replica.PromoteAsync();
        await replica.AskAsync("SET", "a", "2");
        await master.DemoteAsync(replica);
        Assert.Equal("2", (await master.AskAsync("GET", "a")).Text);
    }

    [RedisFact]
    public async Task A_server_with_certificates_speaks_TLS_and_takes_its_password()
    {
        var setup = new RedisSetup { Password = "secret", Certificates = new RedisCertificates() };
        await using var redis = await RedisServer.StartAsync(setup);
        Assert.Equal("OK", (await redis.AskAsync("SET", "a", "\u00ff\r\n")).Text);
        Assert.Equal("\u00ff\r\n", (await redis.AskAsync("GET", "a")).Text);
        await Assert.ThrowsAnyAsync<IOException>(() => PlainAsync(redis));
        await using var replica = await RedisServer.StartReplicaOfAsync(redis);
        Assert.Equal("\u00ff\r\n", (await replica.AskAsync("GET", "a")).Text);

        static async Task PlainAsync(RedisServer redis)
        {
            using var connection = await RespConnection.ConnectAsync(redis.Port);
            await connection.AskAsync("PING");
        }
    }

    [RedisFact]
    public async Task A_server_that_cannot_start_says_why()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => RedisServer.StartAsync("nonsense 1"));
        Assert.Contains("nonsense", failure.Message, StringComparison.Ordinal);
    }
}
