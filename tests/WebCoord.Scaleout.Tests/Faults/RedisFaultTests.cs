using System.Net;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Scaleout.Tests.Load;
using WebCoord.TransactionLog.Tests.Redis;
using Xunit.Abstractions;

namespace WebCoord.Scaleout.Tests.Faults;

/// <summary>Redis goes away and comes back with all that it acknowledged.</summary>
[Collection(FaultCollection.Name)]
public sealed class RedisFaultTests(SharedCluster shared, ITestOutputHelper output)
{
    private const int Items = 30;
    private const int TimeoutMs = 2_000;

    /// <summary>How often a fault comes in one run.</summary>
    private static readonly int Rounds = Seed.IsSoak ? 10 : 1;

    /// <summary>Longer than sessions live.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromMilliseconds(1.5 * TimeoutMs);

    [RedisFact]
    public Task Redis_is_killed_and_restarted() => DisturbAsync(cluster => cluster.Redis.KillAsync(),
        cluster => cluster.Redis.RestartAsync());

    [RedisFact]
    public Task Redis_sleeps() => DisturbAsync(cluster => cluster.Redis.PauseAsync(),
        cluster => cluster.Redis.ResumeAsync());

    [RedisFact]
    public async Task Redis_is_restarted_in_the_midst_of_everything()
    {
        var seed = new Seed(output);
        var random = new Random(seed.Value);
        var cluster = await shared.TakeAsync();
        await using var workload = await Workload.StartAsync(cluster, shared.NextFolder(), seed.Value);
        for (var round = 0; round < 3 * Rounds; round++)
        {
            await workload.ProgressAsync(random.Next(1, Items));
            await cluster.Redis.RestartAsync();
        }

        await workload.ProgressAsync(Items);
        await workload.VerifyAsync();
        output.WriteLine(workload.ToString());
        shared.GiveBack();
    }

    [RedisFact]
    public async Task Instances_that_start_before_Redis_wait_for_it()
    {
        await using var cluster = await ServerCluster.PrepareAsync();
        await cluster.Redis.KillAsync();
        await Task.WhenAll(cluster.Instances.Select(instance => instance.StartAliveAsync()));
        foreach (var instance in cluster.Instances)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(instance, "health/ready"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(instance, "v1/nodes"));
            using var refused = await instance.Client.PutAsync("v1/data/early", new StringContent("x"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        await cluster.Redis.RestartAsync();
        await cluster.UntilReadyAsync();
        using var written = await cluster[0].Client.PutAsync("v1/data/late", new StringContent("x"));
        Assert.Equal(HttpStatusCode.Created, written.StatusCode);
        Assert.Equal("x", await cluster[1].Client.GetStringAsync("v1/data/late"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(cluster[2], "v1/data/early"));
    }

    /// <summary>Redis is away for longer than sessions live: nobody's session ends, everybody is told, and all goes on
    /// by itself.</summary>
    private async Task DisturbAsync(Func<ServerCluster, Task> leave, Func<ServerCluster, Task> comeBack)
    {
        var seed = new Seed(output);
        var cluster = await shared.TakeAsync();
        var folder = shared.NextFolder();
        await using var workload = await Workload.StartAsync(cluster, folder, seed.Value);
        var session = await RestSession.OpenAsync(cluster[0].Client, TimeoutMs);
        var path = folder + "/session";
        await session.CreateEphemeralAsync(cluster[1].Client, path);
        for (var round = 0; round < Rounds; round++)
        {
            using var beating = new CancellationTokenSource();
            var beats = session.BeatUntilAsync(cluster[round % 3].Client, beating.Token);
            await workload.ProgressAsync(Items);
            await beating.CancelAsync();
            await beats;
            await leave(cluster);
            await Task.Delay(Outage);
            await AssertServedStaleAsync(cluster, folder);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await session.BeatAsync(cluster[round % 3].Client));
            await comeBack(cluster);
            await BeatThroughAnyAsync(cluster, session);

            // Every instance finds its own way back to Redis.
            await cluster.UntilReadyAsync();
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(cluster[2], $"v1/nodes{path}"));
        }

        await session.CloseAsync(cluster[2].Client);
        await workload.ProgressAsync(Items);
        await workload.VerifyAsync();
        for (var watcher = 0; watcher < 3; watcher++)
        {
            Assert.Contains(workload.NoticesOf(watcher), notice => notice.Contains("logUnavailable", default));
            Assert.Contains(workload.NoticesOf(watcher), notice => notice.Contains("logRestored", default));
        }

        output.WriteLine(workload.ToString());
        shared.GiveBack();
    }

    /// <summary>Asks one instance after the other, as a client does: the session lives again from the moment when the
    /// first of them is back.</summary>
    private static async Task BeatThroughAnyAsync(ServerCluster cluster, RestSession session)
    {
        var beats = 0;
        await cluster.UntilAsync("a heartbeat is answered", async () =>
        {
            var status = await session.BeatAsync(cluster[beats++ % 3].Client);
            Assert.NotEqual(HttpStatusCode.Gone, status);
            return status == HttpStatusCode.OK;
        });
    }

    /// <summary>Local reads are answered and marked; what must be fresh is refused, and so are writes.</summary>
    private static async Task AssertServedStaleAsync(ServerCluster cluster, string folder)
    {
        foreach (var instance in cluster.Instances)
        {
            using var local = await instance.Client.GetAsync($"v1/nodes{folder}?consistency=local");
            Assert.Equal(HttpStatusCode.OK, local.StatusCode);
            Assert.True(local.Headers.Contains("WebCoord-Stale"), local.ToString());
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(instance, $"v1/nodes{folder}"));
            using var refused = await instance.Client.PutAsync($"v1/data{folder}/refused", new StringContent("x"));
            Assert.True(
                refused.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout,
                refused.ToString());
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(ClusterInstance instance, string target)
    {
        using var response = await instance.Client.GetAsync(target);
        return response.StatusCode;
    }
}
