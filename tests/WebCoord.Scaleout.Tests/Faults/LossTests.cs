using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Scaleout.Tests.Load;
using WebCoord.TransactionLog.Tests.Redis;
using Xunit.Abstractions;

namespace WebCoord.Scaleout.Tests.Faults;

/// <summary>
/// The log is gone while everybody works, and the copies of the instances are all that is left: nobody gives up his,
/// and nothing is written, until a person decides. What the instance that is decided for had not applied by then is
/// lost, acknowledged or not, and so is everything when the decision is for another log; nothing else is.
/// </summary>
public sealed class LossTests(ITestOutputHelper output)
{
    private const string Super = "super:secret";

    /// <summary>By which ZooKeeper knows that password.</summary>
    private const string SuperDigest = "super:lK75jTNcA+U9vtVEw5vB51mj/w4=";
    private const int Items = 20;

    private static readonly ClusterSetup Setup = new()
    {
        Arguments = [$"--WebCoord:ZooKeeper:SuperDigest={SuperDigest}"],
    };

    /// <summary>How often a fault comes in one run.</summary>
    private static readonly int Rounds = Seed.IsSoak ? 10 : 1;

    [RedisFact]
    public async Task Redis_is_emptied_and_then_replaced_by_an_empty_one()
    {
        var seed = new Seed(output);
        var random = new Random(seed.Value);
        await using var cluster = await ServerCluster.StartAsync(Setup);
        for (var round = 0; round < Rounds; round++)
        {
            var lost = await LoseAsync(cluster, $"/emptied-{round}", random, isBehind: false, async () =>
            {
                await cluster.Redis.FlushAllAsync();
                Resume(cluster);
            });
            output.WriteLine($"{lost} items lost with the log");
            lost = await LoseAsync(cluster, $"/replaced-{round}", random, isBehind: true, async () =>
                await cluster.ReplaceRedisAsync(await RedisServer.StartAsync()));
            Assert.True(lost > 0);
        }
    }

    [RedisFact]
    public async Task The_log_of_another_service_takes_the_place_of_the_lost_one()
    {
        var seed = new Seed(output);
        await using var cluster = await ServerCluster.StartAsync(Setup);
        await using var workload = await Workload.StartAsync(cluster, "/work", seed.Value);
        await workload.ProgressAsync(Items);
        var session = await RestSession.OpenAsync(cluster[0].Client, 60_000);
        var seen = (await Task.WhenAll(cluster.Instances.Select(ZxidAsync))).Max();
        var (redis, theirs) = await BeginAnotherAsync(cluster);

        var divide = Hold(cluster);
        await cluster.ReplaceRedisAsync(redis);
        await UntilLostAsync(cluster, "/work");
        var had = new List<long>();
        foreach (var instance in cluster.Instances)
        {
            had.Add(await AcceptAsync(cluster, instance, "log"));
        }

        await cluster.UntilReadyAsync();
        foreach (var instance in cluster.Instances)
        {
            Assert.Equal("theirs", await instance.Client.GetStringAsync("v1/data/of-another"));
            Assert.Equal(HttpStatusCode.OK, await theirs.BeatAsync(instance.Client));
            Assert.Equal(HttpStatusCode.Gone, await session.BeatAsync(instance.Client));
            await AssertExpiredAsync(cluster, instance, seen);
        }

        // Whatever the lost log had is gone, and what is written from now on has zxids that it never gave out.
        var firstOfNext = FirstOfNextEpoch(had.Max());
        workload.Items.Lose(0, firstOfNext);
        await workload.ProgressAsync(Items);
        await workload.VerifyAsync(firstOfNext, divide);
        Assert.True(workload.Items.CountLost() > 0);
        output.WriteLine(workload.ToString());
    }

    /// <summary>A service of the same name on another Redis, shorter than this one, and a session of it; its instance
    /// is gone again.</summary>
    private static async Task<(RedisServer Redis, RestSession Session)> BeginAnotherAsync(ServerCluster cluster)
    {
        var redis = await RedisServer.StartAsync();
        await using var other = cluster.NewInstance("other", [], redis);
        await other.StartAsync();
        using var written = await other.Client.PutAsync("v1/data/of-another", new StringContent("theirs"));
        Assert.Equal(HttpStatusCode.Created, written.StatusCode);
        var session = await RestSession.OpenAsync(other.Client, 60_000);
        Assert.Equal(0, await other.StopAsync());
        return (redis, session);
    }

    private static async Task<long> ZxidAsync(ClusterInstance instance)
    {
        var cluster = await instance.Client.GetFromJsonAsync<JsonElement>("v1/cluster");
        return long.Parse(cluster.GetProperty("zxid").GetString()!, CultureInfo.InvariantCulture);
    }

    /// <summary>Whoever has seen a zxid of the log that was given up is told that it is gone, and waits for nothing.
    /// </summary>
    private static Task AssertExpiredAsync(ServerCluster cluster, ClusterInstance instance, long seen) =>
        cluster.UntilAsync($"{instance.Name} knows {seen} as lost", async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "v1/nodes/of-another");
            request.Headers.Add("WebCoord-Min-Zxid", seen.ToString(CultureInfo.InvariantCulture));
            using var answer = await instance.Client.SendAsync(request);
            return answer.StatusCode == HttpStatusCode.Gone;
        });

    /// <summary>The state of one instance is put in the place of the lost log.</summary>
    /// <param name="isBehind">Whether that instance lacks what was written last, as the others know it.</param>
    /// <param name="lose">Takes the log away, and lets the instances reach what is in its place.</param>
    /// <returns>How many acknowledged items were lost.</returns>
    private async Task<int> LoseAsync(ServerCluster cluster, string folder, Random random, bool isBehind,
        Func<Task> lose)
    {
        await using var workload = await Workload.StartAsync(cluster, folder, random.Next());
        await workload.ProgressAsync(Items);
        var keeper = cluster[random.Next(3)];
        if (isBehind)
        {
            keeper.Link.Hold();
            await workload.ProgressAsync(Items);
        }

        var divide = Hold(cluster);
        await lose();
        await UntilLostAsync(cluster, folder);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AcceptAsync(keeper, "state", credentials: null)).Status);
        var kept = await AcceptAsync(cluster, keeper, "state");

        await cluster.UntilReadyAsync();
        var firstOfNext = FirstOfNextEpoch(kept);
        workload.Items.Lose(kept, firstOfNext);
        await workload.ProgressAsync(Items);
        await workload.VerifyAsync(firstOfNext, divide);
        output.WriteLine(workload.ToString());
        return workload.Items.CountLost();
    }

    /// <summary>From now on nobody reaches Redis, so that the history falls in two parts.</summary>
    /// <returns>The moment between them.</returns>
    private static long Hold(ServerCluster cluster)
    {
        foreach (var instance in cluster.Instances)
        {
            instance.Link.Hold();
        }

        return Stopwatch.GetTimestamp();
    }

    private static void Resume(ServerCluster cluster)
    {
        foreach (var instance in cluster.Instances)
        {
            instance.Link.Resume();
        }
    }

    private static long FirstOfNextEpoch(long zxid) => (zxid >> 32) + 1 << 32;

    /// <summary>Waits until every instance says that its log is lost; each still shows what it has, and vouches for
    /// nothing.</summary>
    private static async Task UntilLostAsync(ServerCluster cluster, string folder)
    {
        await cluster.UntilAsync("every instance says that the log is lost", async () =>
            (await Task.WhenAll(cluster.Instances.Select(WriteAsync))).All(code => code == "log-lost"));
        foreach (var instance in cluster.Instances)
        {
            using var local = await instance.Client.GetAsync($"v1/nodes{folder}?consistency=local");
            Assert.Equal(HttpStatusCode.OK, local.StatusCode);
            using var fresh = await instance.Client.GetAsync($"v1/nodes{folder}");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, fresh.StatusCode);
            using var ready = await instance.Client.GetAsync("health/ready");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        }
    }

    /// <summary>The code of the problem that a write ends in; none if it succeeds.</summary>
    private static async Task<string> WriteAsync(ClusterInstance instance)
    {
        using var response = await instance.Client.PutAsync("v1/data/while-lost", new StringContent("x"));
        Assert.False(response.IsSuccessStatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()!;
    }

    /// <summary>Decides as the super user, again where the instance could not reach Redis just then.</summary>
    /// <returns>The last zxid that the instance had.</returns>
    private static async Task<long> AcceptAsync(ServerCluster cluster, ClusterInstance instance, string keep)
    {
        var answer = default(JsonElement);
        await cluster.UntilAsync($"{instance.Name} keeps the {keep}", async () =>
        {
            (var status, answer) = await AcceptAsync(instance, keep, Super);
            Assert.True(status == HttpStatusCode.OK || answer.GetProperty("code").GetString() == "log-unavailable",
                answer.ToString());
            return status == HttpStatusCode.OK;
        });
        return long.Parse(answer.GetProperty("zxid").GetString()!, CultureInfo.InvariantCulture);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Answer)> AcceptAsync(ClusterInstance instance,
        string keep, string? credentials)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/log/loss")
        {
            Content = JsonContent.Create(new { keep }),
        };
        request.Headers.Authorization = credentials is null
            ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(credentials)));
        using var response = await instance.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }
}
