using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Scaleout.Tests.Load;
using WebCoord.Server.Tests.SignalR;
using WebCoord.Server.Tests.Wire;
using WebCoord.TransactionLog.Tests.Redis;
using Xunit.Abstractions;

namespace WebCoord.Scaleout.Tests.Faults;

/// <summary>Redis goes back: a replica that lacks the last entries takes over. What was lost is announced by every
/// instance, nobody serves it any more, and all goes on.</summary>
[Collection(FaultCollection.Name)]
public sealed partial class RegressionTests(SharedCluster shared, ITestOutputHelper output)
{
    private const int Items = 25;

    /// <summary>How long a notice may be on its way.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    /// <summary>How often a fault comes in one run.</summary>
    private static readonly int Rounds = Seed.IsSoak ? 10 : 1;

    [RedisFact]
    public async Task A_replica_that_lacks_the_last_entries_takes_over()
    {
        var cluster = await shared.TakeAsync();
        await RegressAsync(cluster, async replica =>
        {
            // From here on nobody reaches the old master, so that the history falls in two parts.
            foreach (var instance in cluster.Instances)
            {
                instance.Link.Hold();
            }

            var divide = Stopwatch.GetTimestamp();
            await replica.PromoteAsync();
            await cluster.ReplaceRedisAsync(replica);
            return divide;
        });
    }

    [RedisFact]
    public async Task A_master_is_demoted_and_promoted_again()
    {
        var cluster = await shared.TakeAsync();
        await RegressAsync(cluster, async replica =>
        {
            await replica.PromoteAsync();
            foreach (var instance in cluster.Instances)
            {
                instance.Link.Hold();
            }

            var divide = Stopwatch.GetTimestamp();
            await cluster.Redis.DemoteAsync(replica);
            await cluster.Redis.PromoteAsync();
            foreach (var instance in cluster.Instances)
            {
                instance.Link.Resume();
            }

            await replica.DisposeAsync();
            return divide;
        });
    }

    private async Task RegressAsync(ServerCluster cluster, Func<RedisServer, Task<long>> takeOver)
    {
        var seed = new Seed(output);
        for (var round = 0; round < Rounds; round++)
        {
            await RegressAsync(cluster, seed.Value + round, takeOver);
        }

        shared.GiveBack();
    }

    /// <param name="takeOver">Puts what the replica has in the place of what the master has; returns the moment from
    /// which on nobody could reach what the master had.</param>
    private async Task RegressAsync(ServerCluster cluster, int seed, Func<RedisServer, Task<long>> takeOver)
    {
        await using var workload = await Workload.StartAsync(cluster, shared.NextFolder(), seed);
        var bystanders = await Task.WhenAll(cluster.Instances.Select(WatchNothingAsync));
        var replica = await RedisServer.StartAsync();
        await using var replication = new TcpProxy(cluster.Redis.Port);
        await replica.AskAsync("REPLICAOF", "127.0.0.1", replication.Port.ToString(CultureInfo.InvariantCulture));
        await cluster.UntilAsync("the replica follows", async () =>
            await replica.InfoAsync("master_link_status") == "up");
        await workload.ProgressAsync(Items);

        // Its link is up before entries come over it.
        var followed = await LastZxidAsync(cluster.Redis);
        await cluster.UntilAsync("the replica has what was written", async () =>
            await LastZxidAsync(replica) >= followed);
        var before = await Task.WhenAll(cluster.Instances.Select(RegressionsAsync));

        replication.Hold();
        await workload.ProgressAsync(Items);
        var kept = await LastZxidAsync(replica);
        var firstOfNext = (await LastZxidAsync(cluster.Redis) >> 32) + 1 << 32;
        var divide = await takeOver(replica);
        await cluster.UntilAsync("every instance has seen that the log went back", async () =>
        {
            var now = await Task.WhenAll(cluster.Instances.Select(RegressionsAsync));
            return now.Zip(before).All(pair => pair.First > pair.Second);
        });
        workload.Items.Lose(kept, firstOfNext);
        await workload.ProgressAsync(Items);
        await workload.VerifyAsync(firstOfNext, divide);
        Assert.True(workload.Items.CountLost() > 0);
        foreach (var (bystander, instance) in bystanders.Zip(cluster.Instances))
        {
            await UntilToldAsync(bystander, instance);
            await bystander.DisposeAsync();
        }

        output.WriteLine($"{workload}, {workload.Items.CountLost()} items lost");
    }

    /// <summary>A client whose watch waits for what never happens; it stays connected to its instance.</summary>
    private static async Task<HubClient> WatchNothingAsync(ClusterInstance instance)
    {
        var client = await instance.ConnectAsync();
        await client.CallAsync("Watch",
            new { watchId = "nothing", path = "/nothing", kind = "exists", mode = "once", consistency = "local" });
        return client;
    }

    /// <summary>A client that stays connected is told that its watches are gone and why, and that the log of its
    /// instance went back.</summary>
    private static async Task UntilToldAsync(HubClient client, ClusterInstance instance)
    {
        using var timeout = new CancellationTokenSource(MaxWait);
        var (isWatchGone, isLossTold) = (false, false);
        while (!isWatchGone || !isLossTold)
        {
            var push = await client.NextAsync(timeout.Token);
            var text = push.Body.GetRawText();
            isWatchGone |= push.Name == "Resync" && text.Contains("log-regressed", StringComparison.Ordinal);
            isLossTold |= push.Name == "ClusterEvent" && text.Contains("logRegressed", StringComparison.Ordinal)
                && text.Contains($"\"{instance.Name}\"", StringComparison.Ordinal);
        }
    }

    private static async Task<long> LastZxidAsync(RedisServer redis)
    {
        var last = await redis.AskAsync("XREVRANGE", "{webcoord}:log", "+", "-", "COUNT", "1");
        var id = last.Items[0].Items[0].Text!.Split('-');
        return (long.Parse(id[0], CultureInfo.InvariantCulture) << 32)
            + long.Parse(id[1], CultureInfo.InvariantCulture);
    }

    private static async Task<long> RegressionsAsync(ClusterInstance instance)
    {
        var metrics = await instance.Client.GetStringAsync("metrics");
        return Regressions().Match(metrics) is { Success: true } match
            ? long.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture)
            : 0;
    }

    [GeneratedRegex(@"^webcoord_log_regressions_total\S* (?<count>\d+)", RegexOptions.Multiline)]
    private static partial Regex Regressions();
}
