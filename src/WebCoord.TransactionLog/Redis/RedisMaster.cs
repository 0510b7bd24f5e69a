using System.Net;
using StackExchange.Redis;

namespace WebCoord.TransactionLog.Redis;

/// <summary>Finds the one master among the addresses that were given, and asks it about itself.</summary>
internal static class RedisMaster
{
    /// <exception cref="LogRefusedException">There is only a replica, or its INFO or keys are forbidden.</exception>
    /// <exception cref="LogUnavailableException">There is none at present, or there are several.</exception>
    public static async Task<(IServer Server, RedisInfo Info)> FindAsync(RedisConnection connection,
        RedisLogOptions options, CancellationToken cancellationToken)
    {
        var masters = new List<(IServer Server, RedisInfo Info)>();
        var replicas = new List<(IServer Server, RedisInfo Info)>();
        var addresses = connection.Multiplexer.GetEndPoints();
        foreach (var server in addresses.Select(address => connection.Multiplexer.GetServer(address)))
        {
            if (server.IsConnected)
            {
                var info = await InfoAsync(server, options.Timeout, cancellationToken);
                (info.IsMaster ? masters : replicas).Add((server, info));
            }
        }

        if (masters.Count == 1 || (masters.Count > 1 && masters[0].Info.IsCluster))
        {
            return masters[0];
        }

        if (masters.Count > 1)
        {
            throw new LogUnavailableException($"{Names(masters)} are all masters, each with data of its own. Make all "
                + "but the one with the log replicas of that one (REPLICAOF), or leave the others out of "
                + "WebCoord:Log:Redis:Configuration.", true);
        }

        var follows = replicas.Select(replica => $"{replica.Info["master_host"]}:{replica.Info["master_port"]}")
            .FirstOrDefault();
        if (addresses.Length == 1 && follows is not null)
        {
            throw new LogRefusedException($"Redis at {Names(replicas)} is a read-only replica of {follows}. Name its "
                + "master too in WebCoord:Log:Redis:Configuration, or promote it (REPLICAOF NO ONE)");
        }

        throw new LogUnavailableException($"Redis at {string.Join(", ", addresses.Select(NameOf))} has no master at "
            + "present.", true);
    }

    /// <summary>The settings that it has; null where CONFIG is forbidden.</summary>
    /// <exception cref="LogUnavailableException">There is no answer.</exception>
    public static async Task<RedisSettings?> SettingsAsync(IServer server, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        try
        {
            return new RedisSettings(
                await ValueAsync("appendonly"), await ValueAsync("appendfsync"),
                await ValueAsync("no-appendfsync-on-rewrite"), await ValueAsync("maxmemory-policy"));
        }
        catch (Exception failure) when (IsForbidden(failure))
        {
            return null;
        }
        catch (RedisServerException failure)
        {
            throw Unavailable(server, failure);
        }

        async Task<string> ValueAsync(string name)
        {
            var found = await AnswerAsync(server, server.ConfigGetAsync(name), timeout, cancellationToken);
            return found.Select(setting => setting.Value).FirstOrDefault() ?? "";
        }
    }

    /// <summary>An address, for people.</summary>
    public static string NameOf(EndPoint address) =>
        address.ToString()!.Replace("Unspecified/", "", StringComparison.Ordinal);

    /// <summary>By an ACL, or renamed away there, or by the connection string.</summary>
    private static bool IsForbidden(Exception failure) => failure is RedisCommandException
        || (failure is RedisServerException
            && (failure.Message.StartsWith("NOPERM", StringComparison.Ordinal)
                || failure.Message.Contains("unknown command", StringComparison.OrdinalIgnoreCase)));

    private static string Names(IEnumerable<(IServer Server, RedisInfo Info)> servers) =>
        string.Join(", ", servers.Select(server => NameOf(server.Server.EndPoint)));

    private static async Task<RedisInfo> InfoAsync(IServer server, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        try
        {
            return new RedisInfo(await AnswerAsync(server, server.InfoRawAsync(), timeout, cancellationToken) ?? "");
        }
        catch (Exception failure) when (IsForbidden(failure))
        {
            throw new LogRefusedException($"Redis at {NameOf(server.EndPoint)} does not tell what it is: "
                + $"{failure.Message}. Allow it (ACL SETUSER <user> +info)", failure);
        }
        catch (RedisServerException failure)
        {
            throw Unavailable(server, failure);
        }
    }

    private static async Task<T> AnswerAsync<T>(IServer server, Task<T> asked, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        try
        {
            return await asked.WaitAsync(timeout, cancellationToken);
        }
        catch (Exception failure) when (failure is TimeoutException or RedisConnectionException)
        {
            throw Unavailable(server, failure);
        }
    }

    private static LogUnavailableException Unavailable(IServer server, Exception failure) =>
        new($"Redis at {NameOf(server.EndPoint)} does not answer: {failure.Message}", true, failure);
}
