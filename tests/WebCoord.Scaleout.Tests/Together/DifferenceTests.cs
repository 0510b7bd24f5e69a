using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Scaleout.Tests.Load;
using WebCoord.TransactionLog.Tests.Redis;
using Xunit.Abstractions;

namespace WebCoord.Scaleout.Tests.Together;

/// <summary>Two instances that are configured differently, and of which one claims an older feature level, as in the
/// midst of an upgrade: they come to the same state all the same.</summary>
public sealed class DifferenceTests(ITestOutputHelper output)
{
    private static readonly ClusterSetup Setup = new()
    {
        Count = 2,
        ArgumentsOf = number => number == 0
            ? ["--WebCoord:Limits:MaxRecursiveDelete=20", "--WebCoord:Instance:FeatureLevel=1"]
            : ["--WebCoord:Limits:MaxRecursiveDelete=5", "--WebCoord:Limits:MaxDataBytes=1000"],
    };

    [RedisFact]
    public async Task Instances_with_different_options_and_feature_levels_come_to_the_same_state()
    {
        var seed = new Seed(output);
        await using var cluster = await ServerCluster.PrepareAsync(Setup);
        await cluster[0].StartAsync();
        await cluster[1].StartAsync();
        await cluster.UntilAllKnowAllAsync();
        await cluster.UntilAsync("the differences are named", () => Task.FromResult(
            Warns(cluster[1], "MaxRecursiveDelete", "5", "20")
            && Warns(cluster[1], "MaxDataBytes", "1000", "1048000")));

        await using (var workload = await Workload.StartAsync(cluster, "/work", seed.Value))
        {
            await workload.ProgressAsync(40);
            foreach (var instance in cluster.Instances)
            {
                await AssertJudgedAlikeAsync(instance);
            }

            await workload.VerifyAsync();
        }

        Assert.All(await LevelsAsync(cluster), level => Assert.Equal(1, level));
        Assert.Equal(0, await cluster[0].StopAsync());
        await cluster.UntilAsync("the level is raised once nobody holds it back", async () =>
            (await LevelsAsync(cluster)).All(level => level > 1));
    }

    /// <summary>What the settings in the state allow succeeds, whatever the options of the instance say.</summary>
    private static async Task AssertJudgedAlikeAsync(ClusterInstance instance)
    {
        var folder = "/judged-by-" + instance.Name;
        for (var number = 0; number < 10; number++)
        {
            using var created = await instance.Client.PutAsync(
                $"v1/data{folder}/node-{number}?createParents=true", new StringContent(new string('x', 2_000)));
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }

        using var deleted = await instance.Client.DeleteAsync($"v1/nodes{folder}?recursive=true");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    private static async Task<int[]> LevelsAsync(ServerCluster cluster) =>
        await Task.WhenAll(cluster.Running.Select(async instance =>
        {
            var body = await instance.Client.GetFromJsonAsync<JsonElement>("v1/cluster");
            return body.GetProperty("featureLevel").GetInt32();
        }));

    /// <summary>Whether an instance has said in one line what it is told and what the service goes by.</summary>
    private static bool Warns(ClusterInstance instance, params string[] words) => instance.Output.Split('\n')
        .Any(line => words.All(word => line.Contains(word, StringComparison.Ordinal)));
}
