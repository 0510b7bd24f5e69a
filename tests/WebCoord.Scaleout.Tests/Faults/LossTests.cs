using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WebCoord.Scaleout.Tests.Checking;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Scaleout.Tests.Load;
using WebCoord.TransactionLog.Tests.Redis;
using Xunit.Abstractions;

namespace WebCoord.Scaleout.Tests.Faults;

/// <summary>The log is gone, and the copies of the instances are all that is left: nobody gives up his, and nothing is
/// written, until a person decides.</summary>
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

    [RedisFact]
    public async Task Redis_is_emptied_and_then_replaced_by_an_empty_one()
    {
        var seed = new Seed(output);
        await using var cluster = await ServerCluster.StartAsync(Setup);
        await LoseAsync(cluster, "/first", seed.Value, cluster.Redis.FlushAllAsync);
        await LoseAsync(cluster, "/second", seed.Value, async () =>
            await cluster.ReplaceRedisAsync(await RedisServer.StartAsync()));
    }

    private async Task LoseAsync(ServerCluster cluster, string folder, int seed, Func<Task> lose)
    {
        await using var workload = await Workload.StartAsync(cluster, folder, seed);
        await workload.ProgressAsync(Items);
        await workload.VerifyAsync();
        output.WriteLine(workload.ToString());
        var before = await ServiceState.ReadAsync(cluster);

        await lose();
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

        var kept = await ServiceState.ReadAsync(cluster);
        Assert.Equal(before.ItemsIn(folder + "/items"), kept.ItemsIn(folder + "/items"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AcceptAsync(cluster[1], credentials: null));
        Assert.Equal(HttpStatusCode.OK, await AcceptAsync(cluster[1], Super));

        await cluster.UntilReadyAsync();
        await using var after = await Workload.StartAsync(cluster, folder + "/after", seed);
        await after.ProgressAsync(Items);
        await after.VerifyAsync();
        var now = await ServiceState.ReadAsync(cluster);
        Assert.Equal(before.ItemsIn(folder + "/items"), now.ItemsIn(folder + "/items"));
        Assert.True(now.Zxid > before.Zxid);
    }

    /// <summary>The code of the problem that a write ends in; none if it succeeds.</summary>
    private static async Task<string> WriteAsync(ClusterInstance instance)
    {
        using var response = await instance.Client.PutAsync("v1/data/while-lost", new StringContent("x"));
        Assert.False(response.IsSuccessStatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()!;
    }

    private static async Task<HttpStatusCode> AcceptAsync(ClusterInstance instance, string? credentials)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/log/loss")
        {
            Content = JsonContent.Create(new { keep = "state" }),
        };
        request.Headers.Authorization = credentials is null
            ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(credentials)));
        using var response = await instance.Client.SendAsync(request);
        return response.StatusCode;
    }
}
