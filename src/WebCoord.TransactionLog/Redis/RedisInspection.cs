using System.Globalization;
using StackExchange.Redis;

namespace WebCoord.TransactionLog.Redis;

/// <summary>
/// What must be so before a Redis is trusted with a log. Each refusal says what is wrong, where, and what sets it
/// right; nothing is changed. Done at every new connection, for the Redis behind it may be another one.
/// </summary>
internal static class RedisInspection
{
    /// <summary>Scripts with INFO and streams with MINID are as they are used here from this version on.</summary>
    private const int OldestMajor = 7;

    private static readonly RedisScript Script = new("inspect");

    /// <summary>How durable what it acknowledges is.</summary>
    /// <exception cref="LogRefusedException">A person must act.</exception>
    /// <exception cref="LogUnavailableException">There is no master at present, or no answer.</exception>
    public static async Task<Durability> InspectAsync(RedisConnection connection, RedisLogOptions options,
        CancellationToken cancellationToken)
    {
        var (master, info) = await RedisMaster.FindAsync(connection, options, cancellationToken);
        connection.Master = info.IsCluster ? null : master.EndPoint;
        var where = RedisMaster.NameOf(master.EndPoint);
        RefuseOldVersion(info, where);
        await RefuseForeignKeysAsync(connection, where, cancellationToken);
        var settings = await RedisMaster.SettingsAsync(master, options.Timeout, cancellationToken);
        RefuseLossySettings(info, settings, where);
        return settings is not null || options.AllowUnknownDurability
            ? DurabilityOf(settings)
            : throw new LogRefusedException($"Redis at {where} does not show how durable it is, for CONFIG is "
                + "forbidden to this user. Allow it (ACL SETUSER <user> +config|get), or, if you know that it has "
                + "appendfsync always, set WebCoord:Log:Redis:AllowUnknownDurability to true");
    }

    /// <summary>How durable what it acknowledges is at the moment.</summary>
    /// <exception cref="LogRefusedException">There is only a replica.</exception>
    /// <exception cref="LogUnavailableException">There is no master at present, or no answer.</exception>
    public static async Task<Durability> DurabilityAsync(RedisConnection connection, RedisLogOptions options,
        CancellationToken cancellationToken)
    {
        var (master, _) = await RedisMaster.FindAsync(connection, options, cancellationToken);
        return DurabilityOf(await RedisMaster.SettingsAsync(master, options.Timeout, cancellationToken));
    }

    /// <summary>The durability that settings give; null where they are hidden.</summary>
    public static Durability DurabilityOf(RedisSettings? settings)
    {
        if (settings is null)
        {
            return Durability.Unknown;
        }

        // While a rewrite of its file goes on, which is at any time, nothing is flushed to disk with that setting.
        var flushes = settings.AppendOnly == "yes" && settings.NoFsyncOnRewrite == "no";
        return settings.AppendFsync switch
        {
            "always" when flushes => Durability.Fsync,
            "everysec" when flushes => Durability.EverySecond,
            _ => Durability.None,
        };
    }

    /// <exception cref="LogRefusedException">It is too old.</exception>
    public static void RefuseOldVersion(RedisInfo info, string where)
    {
        var version = info["redis_version"];
        if (!int.TryParse(version.Split('.')[0], CultureInfo.InvariantCulture, out var major) || major < OldestMajor)
        {
            throw new LogRefusedException($"Redis at {where} is of version {(version.Length == 0 ? "?" : version)}; "
                + $"WebCoord needs {OldestMajor}.0 or newer: upgrade it, or name another one in "
                + "WebCoord:Log:Redis:Configuration");
        }
    }

    private static void RefuseLossySettings(RedisInfo info, RedisSettings? settings, string where)
    {
        // INFO shows both too, should CONFIG be forbidden.
        if (settings?.AppendOnly == "no" || info["aof_enabled"] == "0")
        {
            throw new LogRefusedException($"Redis at {where} keeps its data in memory alone (appendonly no): what was "
                + "acknowledged would be lost when it ends. Run CONFIG SET appendonly yes there, and put appendonly "
                + "yes and appendfsync always into its redis.conf");
        }

        var policy = settings?.MaxMemoryPolicy ?? info["maxmemory_policy"];
        if (policy is not ("noeviction" or ""))
        {
            throw new LogRefusedException($"Redis at {where} may drop keys when its memory is full (maxmemory-policy "
                + $"{policy}): parts of the log would be gone. Run CONFIG SET maxmemory-policy noeviction there, and "
                + "put maxmemory-policy noeviction into its redis.conf");
        }
    }

    private static async Task RefuseForeignKeysAsync(RedisConnection connection, string where,
        CancellationToken cancellationToken)
    {
        var answer = await AskForKeysAsync(connection, where, cancellationToken);
        if ((string)answer[0]! == "FOREIGN")
        {
            throw new LogRefusedException($"The key {answer[1]} of Redis at {where} is {answer[2]}, not part of a log "
                + "of WebCoord: it belongs to another service. Nothing was changed; choose another "
                + "WebCoord:Log:Redis:Prefix, or another database (defaultDatabase=1 in "
                + "WebCoord:Log:Redis:Configuration)");
        }
    }

    private static async Task<RedisResult[]> AskForKeysAsync(RedisConnection connection, string where,
        CancellationToken cancellationToken)
    {
        try
        {
            return (RedisResult[])(await connection.RunAsync(Script, [], cancellationToken))!;
        }
        catch (LogUnavailableException failure)
            when (failure.InnerException!.Message.Contains("NOPERM", StringComparison.Ordinal))
        {
            throw new LogRefusedException($"Redis at {where} forbids what the log needs: "
                + $"{failure.InnerException.Message}. Allow it (ACL SETUSER <user> ~{connection.Keys.Tag}:* "
                + $"&{connection.Keys.Tag}:* +@all -@admin -@dangerous +info +config|get)", failure);
        }
        catch (RedisCommandException failure)
        {
            throw new LogRefusedException($"Redis at {where} cannot do what the log needs: {failure.Message}. Set "
                + "defaultDatabase in WebCoord:Log:Redis:Configuration to a database that it has", failure);
        }
    }
}
