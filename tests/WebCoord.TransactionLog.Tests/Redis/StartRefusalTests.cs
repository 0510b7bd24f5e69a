using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>A Redis that would lose the log, or is not meant, is refused with a message that names the fix, and is left
/// as it was.</summary>
public sealed class StartRefusalTests(RunningRedis redis) : IClassFixture<RunningRedis>
{
    private RedisServer Server => redis.Server;

    [RedisTheory]
    [InlineData("appendonly", "no", "yes", "CONFIG SET appendonly yes")]
    [InlineData("maxmemory-policy", "allkeys-lru", "noeviction", "CONFIG SET maxmemory-policy noeviction")]
    public async Task A_setting_that_loses_data_is_refused(string name, string bad, string good, string fix)
    {
        await Server.SetAsync(name, bad);
        try
        {
            await RefusedAsync(RedisLogs.Options(Server), fix);
        }
        finally
        {
            await Server.SetAsync(name, good);
        }
    }

    [RedisFact]
    public async Task A_user_without_CONFIG_leaves_the_durability_unknown()
    {
        var options = RedisLogs.Options(Server);
        await Server.AskAsync("ACL", "SETUSER", "default", "-config");
        try
        {
            await RefusedAsync(options, "WebCoord:Log:Redis:AllowUnknownDurability");
            await using var log = await RedisLogs.OpenAsync(options with { AllowUnknownDurability = true });
            Assert.Equal(Durability.Unknown, log.Description.Durability);
            await log.AppendAsync(1, 1);
        }
        finally
        {
            await Server.AskAsync("ACL", "SETUSER", "default", "+config");
        }
    }

    [RedisFact]
    public async Task A_setting_that_loses_data_is_seen_without_CONFIG_too()
    {
        await Server.SetAsync("maxmemory-policy", "volatile-ttl");
        await Server.AskAsync("ACL", "SETUSER", "default", "-config");
        try
        {
            await RefusedAsync(RedisLogs.Options(Server) with { AllowUnknownDurability = true }, "volatile-ttl");
        }
        finally
        {
            await Server.AskAsync("ACL", "SETUSER", "default", "+config");
            await Server.SetAsync("maxmemory-policy", "noeviction");
        }
    }

    [RedisTheory]
    [InlineData("head", "SET {key} text")]
    [InlineData("head", "HSET {key} name value")]
    [InlineData("log", "RPUSH {key} item")]
    [InlineData("appenders", "SADD {key} member")]
    [InlineData("snapshots", "ZADD {key} 1 member")]
    public async Task Another_service_s_keys_are_left_alone(string name, string command)
    {
        var options = RedisLogs.Options(Server);
        var key = $"{{{options.Prefix}}}:{name}";
        await Server.AskAsync(command.Replace("{key}", key, StringComparison.Ordinal).Split(' '));
        var before = (await Server.AskAsync("DUMP", key)).Text;
        var message = await RefusedAsync(options, "WebCoord:Log:Redis:Prefix");
        Assert.Contains(key, message, StringComparison.Ordinal);
        Assert.Equal(before, (await Server.AskAsync("DUMP", key)).Text);
        Assert.Equal([key], (await Server.AskAsync("KEYS", $"{{{options.Prefix}}}*")).Texts);
    }

    [RedisFact]
    public async Task A_log_format_from_the_future_is_refused()
    {
        var options = RedisLogs.Options(Server);
        await using (var log = await RedisLogs.OpenAsync(options))
        {
            await log.AppendAsync(1, 1);
        }

        var head = $"{{{options.Prefix}}}:head";
        await Server.AskAsync("HSET", head, "format", "9");
        var before = (await Server.AskAsync("DUMP", head)).Text;
        await RefusedAsync(options, "pgrade first");
        Assert.Equal(before, (await Server.AskAsync("DUMP", head)).Text);
    }

    [RedisFact]
    public async Task An_entry_from_the_future_is_refused()
    {
        var options = RedisLogs.Options(Server);
        await using (var log = await RedisLogs.OpenAsync(options))
        {
            await AddFromTheFutureAsync(options, (await log.AppendAsync(1, 1))[0]);
        }

        await using var reader = await RedisLogs.OpenAsync(options);
        var refusal = await Assert.ThrowsAsync<LogTooNewException>(() => reader.TakeAsync(LogPosition.Start, 2));
        Assert.Contains("after zxid 1 ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("pgrade", refusal.Message, StringComparison.Ordinal);
    }

    [RedisFact]
    public Task A_database_that_is_not_there_is_refused() => RefusedAsync(
        RedisLogs.Options(Server) with { Configuration = Server.Configuration + ",defaultDatabase=99" },
        "defaultDatabase");

    [RedisFact]
    public Task A_server_without_TLS_is_refused_when_TLS_is_wanted() => RefusedAsync(
        RedisLogs.Options(Server) with
        {
            Configuration = Server.Configuration + ",ssl=true",
            Timeout = TimeSpan.FromSeconds(1),
        },
        "Leave ssl=true out");

    [RedisFact]
    public async Task Keys_that_are_forbidden_are_refused()
    {
        await Server.AskAsync("ACL", "SETUSER", "default", "resetkeys", "~other:*");
        try
        {
            await RefusedAsync(RedisLogs.Options(Server), "ACL SETUSER");
        }
        finally
        {
            await Server.AskAsync("ACL", "SETUSER", "default", "~*");
        }
    }

    [RedisFact]
    public async Task A_replica_alone_is_refused_and_its_master_named()
    {
        await using var replica = await RedisServer.StartReplicaOfAsync(Server);
        var message = await RefusedAsync(RedisLogs.Options(replica), "REPLICAOF NO ONE");
        Assert.Contains(Server.Endpoint, message, StringComparison.Ordinal);
    }

    [RedisFact]
    public async Task A_wrong_password_and_none_are_refused()
    {
        await using var server = await RedisServer.StartAsync(new RedisSetup { Password = "secret" });
        var options = RedisLogs.Options(server);
        await RefusedAsync(options with { Configuration = server.Endpoint }, "Add password=");
        var message = await RefusedAsync(
            options with { Configuration = server.Endpoint + ",password=guess" }, "requirepass");
        Assert.DoesNotContain("guess", message, StringComparison.Ordinal);
    }

    [RedisFact]
    public async Task A_server_with_TLS_is_refused_without_it_and_without_trust_in_its_certificate()
    {
        var setup = new RedisSetup { Certificates = new RedisCertificates() };
        await using var server = await RedisServer.StartAsync(setup);
        var options = RedisLogs.Options(server) with { Timeout = TimeSpan.FromSeconds(5) };
        await RefusedAsync(options with { Configuration = server.Endpoint }, "Add ssl=true");
        await RefusedAsync(options, "WebCoord:Log:Redis:TlsTrustedCertificates");
        await RefusedAsync(
            options with { TlsTrustedCertificates = Path.Combine(server.Folder, "missing.pem") }, "missing.pem");
        await RefusedAsync(
            options with
            {
                Configuration = server.Endpoint + ",ssl=true,sslHost=elsewhere",
                TlsTrustedCertificates = Path.Combine(server.Folder, "authority.pem"),
            },
            "sslHost");
    }

    [Theory]
    [InlineData("7.0.0", true)]
    [InlineData("7.2.4", true)]
    [InlineData("10.0.1", true)]
    [InlineData("6.2.14", false)]
    [InlineData("", false)]
    public void A_version_before_7_is_refused(string version, bool isTaken)
    {
        var info = new RedisInfo($"# Server\r\nredis_version:{version}\r\nredis_mode:standalone\r\n");
        if (isTaken)
        {
            RedisInspection.RefuseOldVersion(info, "redis:6379");
            return;
        }

        var refusal = Assert.Throws<LogRefusedException>(
            () => RedisInspection.RefuseOldVersion(info, "redis:6379"));
        Assert.Contains("redis:6379", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("7.0", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "address")]
    [InlineData("password=secret", "address")]
    [InlineData("localhost:6379,passwort=secret", "passwort")]
    [InlineData("localhost:6379,ssl=maybe", "ssl")]
    [InlineData("localhost:99999", "port")]
    public void A_mistake_in_the_connection_string_is_named(string text, string part)
    {
        var refusal = Assert.Throws<LogRefusedException>(() => RedisConnectionString.Parse(text));
        Assert.StartsWith("WebCoord:Log:Redis:Configuration", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(part, refusal.Message.Split(". Set it")[0], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Appends an entry as a newer version would.</summary>
    private static async Task AddFromTheFutureAsync(RedisLogOptions options, LogEntry last)
    {
        var keys = new RedisKeys(options.Prefix);
        await using var connection = await RedisConnection.OpenAsync(options, keys, Puts.Patience, default);
        var zxid = new Zxid(last.LastZxid.Value + 1);
        var payload = CommandCodec.Encode(last.Requests);
        payload[0] = 99;
        var hash = ChainHash.Next(last.ChainHash, zxid, zxid, last.TimestampMs, payload);
        await connection.Database.ExecuteAsync("XADD", keys.Log, RedisReply.IdOf(zxid), "n", 1, "t", last.TimestampMs,
            "i", last.Incarnation, "s", 2, "h", hash, "p", payload);
        await connection.Database.ExecuteAsync("HSET", keys.Head, "counter", (long)zxid.Counter, "hash", hash);
    }

    private static async Task<string> RefusedAsync(RedisLogOptions options, string fix)
    {
        await using var log = new RedisTransactionLog(TimeProvider.System, options);
        var refusal = await Assert.ThrowsAnyAsync<LogRefusedException>(() => log.OpenAsync(CancellationToken.None));
        Assert.Contains(fix, refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }
}
