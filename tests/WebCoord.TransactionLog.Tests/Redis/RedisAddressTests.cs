using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>Passwords, TLS, databases, and several addresses of which one is the master.</summary>
public sealed class RedisAddressTests
{
    [RedisFact]
    public async Task A_log_is_kept_with_a_password_over_TLS_in_a_database_of_its_own()
    {
        var setup = new RedisSetup { Password = "s3cret/=+", Certificates = new RedisCertificates() };
        await using var server = await RedisServer.StartAsync(setup);
        var options = RedisLogs.Options(server) with
        {
            Configuration = server.Configuration + ",defaultDatabase=3",
            TlsTrustedCertificates = Path.Combine(server.Folder, "authority.pem"),
        };
        await using var log = await RedisLogs.OpenAsync(options);
        await using var other = await RedisLogs.OpenAsync(options);
        var reading = other.TakeAsync(LogPosition.Start, 3);
        var entries = await log.AppendAsync(1, 3);
        Assert.Equal(Puts.Content(entries), Puts.Content(await reading));
        await log.SaveSnapshotAsync(Puts.StateAt(entries[1]), CancellationToken.None);
        Assert.Equal(
            entries[1].LastZxid, (await other.LoadSnapshotAsync([], CancellationToken.None))!.LastZxid);
        Assert.Equal(0, (await server.AskAsync("DBSIZE")).Number);
        using var connection = await server.ConnectAsync();
        await connection.AskAsync("SELECT", "3");
        Assert.InRange((await connection.AskAsync("DBSIZE")).Number, 4, 10);
        Assert.DoesNotContain("s3cret", log.Description.Location, StringComparison.Ordinal);
    }

    [RedisFact]
    public async Task The_master_is_found_among_the_addresses_before_and_after_a_failover()
    {
        await using var master = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartReplicaOfAsync(master);
        var options = RedisLogs.Options(master) with { Configuration = $"{replica.Endpoint},{master.Endpoint}" };
        await using var log = await RedisLogs.OpenAsync(options);
        var before = await log.AppendAsync(1, 2);
        await replica.CatchUpAsync(master);
        await master.KillAsync();
        await replica.PromoteAsync();
        await Eventually.HoldsAsync(() => AnswersAsync(log));
        var after = await log.AppendAsync(3, 1);
        Assert.Equal(
            Puts.Content([.. before, .. after]), Puts.Content(await log.TakeAsync(LogPosition.Start, 3)));

        // The old master comes back, as a replica: nothing of it counts.
        await master.RestartAsync();
        await master.DemoteAsync(replica);
        await using var late = await RedisLogs.OpenAsync(options);
        Assert.Equal(after[0].Position(), late.Head);
    }

    [RedisFact]
    public async Task A_master_that_hangs_does_not_keep_its_successor_from_being_found()
    {
        await using var master = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartReplicaOfAsync(master);
        var options = RedisLogs.Options(master) with
        {
            Configuration = $"{master.Endpoint},{replica.Endpoint}",
            Timeout = TimeSpan.FromSeconds(2),
        };
        await using var log = await RedisLogs.OpenAsync(options);
        var before = await log.AppendAsync(1, 1);
        await replica.CatchUpAsync(master);
        await master.PauseAsync();
        await replica.PromoteAsync();
        await Eventually.HoldsAsync(() => AnswersAsync(log));
        var after = await log.AppendAsync(2, 1);
        Assert.Equal(
            Puts.Content([.. before, .. after]), Puts.Content(await log.TakeAsync(LogPosition.Start, 2)));
    }

    [RedisFact]
    public async Task Two_masters_are_not_chosen_between()
    {
        await using var one = await RedisServer.StartAsync();
        await using var other = await RedisServer.StartAsync();
        var options = RedisLogs.Options(one) with { Configuration = $"{one.Endpoint},{other.Endpoint}" };
        await using var log = new RedisTransactionLog(TimeProvider.System, options);
        var failure = await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.OpenAsync(CancellationToken.None));
        Assert.Contains("REPLICAOF", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await one.AskAsync("DBSIZE")).Number + (await other.AskAsync("DBSIZE")).Number);
        await other.DemoteAsync(one);
        await log.OpenAsync(CancellationToken.None);
    }

    [RedisFact]
    public async Task Several_replicas_without_a_master_are_waited_for()
    {
        await using var master = await RedisServer.StartAsync();
        await using var one = await RedisServer.StartReplicaOfAsync(master);
        await using var other = await RedisServer.StartReplicaOfAsync(master);
        await master.KillAsync();
        var options = RedisLogs.Options(one) with { Configuration = $"{one.Endpoint},{other.Endpoint}" };
        await using var log = new RedisTransactionLog(TimeProvider.System, options);
        await Assert.ThrowsAsync<LogUnavailableException>(() => log.OpenAsync(CancellationToken.None));
        await one.PromoteAsync();
        await log.OpenAsync(CancellationToken.None);
    }

    private static async Task<bool> AnswersAsync(RedisTransactionLog log)
    {
        try
        {
            await log.LookAsync(null, CancellationToken.None);
            return true;
        }
        catch (LogUnavailableException)
        {
            return false;
        }
    }
}
