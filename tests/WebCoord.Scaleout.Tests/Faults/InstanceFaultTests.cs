using System.Net;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Scaleout.Tests.Load;
using WebCoord.Server.Tests.SignalR;
using WebCoord.TransactionLog.Tests.Redis;
using Xunit.Abstractions;

namespace WebCoord.Scaleout.Tests.Faults;

/// <summary>One instance fails while clients work through all of them.</summary>
[Collection(FaultCollection.Name)]
public sealed class InstanceFaultTests(SharedCluster shared, ITestOutputHelper output)
{
    private const int Items = 30;

    /// <summary>How often a fault comes in one run.</summary>
    private static readonly int Rounds = Seed.IsSoak ? 10 : 1;

    [RedisFact]
    public async Task Instances_are_killed()
    {
        var seed = new Seed(output);
        var random = new Random(seed.Value);
        var cluster = await shared.TakeAsync();
        await using var workload = await Workload.StartAsync(cluster, shared.NextFolder(), seed.Value);
        for (var round = 0; round < Rounds; round++)
        {
            await workload.ProgressAsync(Items);
            var victim = cluster[random.Next(3)];
            await victim.KillAsync();
            await workload.ProgressAsync(Items);
            await victim.StartAsync();
        }

        await workload.ProgressAsync(Items);
        await workload.VerifyAsync();
        output.WriteLine(workload.ToString());
        shared.GiveBack();
    }

    [RedisFact]
    public async Task An_instance_sleeps_longer_than_sessions_live()
    {
        const int timeoutMs = 3_000;
        var seed = new Seed(output);
        var random = new Random(seed.Value);
        var cluster = await shared.TakeAsync();
        var folder = shared.NextFolder();
        await using var workload = await Workload.StartAsync(cluster, folder, seed.Value);
        for (var round = 0; round < Rounds; round++)
        {
            await workload.ProgressAsync(Items);
            var sleeper = cluster[random.Next(3)];
            var path = $"{folder}/session-{round}";
            await using var client = await sleeper.ConnectAsync();
            await client.CallAsync("OpenSession", new { timeoutMs });
            await client.CallAsync("CreateNode", new { path, mode = "ephemeral" });
            await sleeper.PauseAsync();
            await cluster.UntilAsync("the others end the session", async () =>
            {
                using var node = await cluster.Running[0].Client.GetAsync($"v1/nodes{path}");
                return node.StatusCode == HttpStatusCode.NotFound;
            });
            await workload.ProgressAsync(Items);
            await sleeper.ResumeAsync();
            await UntilToldAsync(client, "expired");
        }

        await workload.ProgressAsync(Items);
        await workload.VerifyAsync();
        output.WriteLine(workload.ToString());
        shared.GiveBack();
    }

    [RedisFact]
    public async Task Instances_are_restarted_one_after_the_other_and_no_call_fails()
    {
        var seed = new Seed(output);
        var cluster = await shared.TakeAsync();
        await using var workload = await Workload.StartAsync(cluster, shared.NextFolder(), seed.Value);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var instance in cluster.Instances)
            {
                await workload.ProgressAsync(Items);
                Assert.Equal(0, await instance.StopAsync());
                await workload.ProgressAsync(Items);
                await instance.StartAsync();
            }
        }

        await workload.ProgressAsync(Items);
        await workload.VerifyAsync();
        output.WriteLine(workload.ToString());
        Assert.Empty(workload.Calls.Failed);
        shared.GiveBack();
    }

    [RedisFact]
    public async Task A_session_outlives_the_instance_that_served_it()
    {
        const int timeoutMs = 6_000;
        var cluster = await shared.TakeAsync();
        var path = shared.NextFolder();
        await using var first = await cluster[0].ConnectAsync();
        var opened = await first.CallAsync("OpenSession", new { timeoutMs });
        await first.CallAsync("CreateNode", new { path, mode = "ephemeral" });
        await using var witness = await cluster[2].ConnectAsync();
        await witness.CallAsync("Watch", new { watchId = "w", path, kind = "exists", mode = "once" });

        await cluster[0].KillAsync();
        await using var second = await cluster[1].ConnectAsync();
        var resumed = await second.CallAsync("OpenSession", new { token = opened.GetProperty("token").GetString() });
        Assert.Equal(opened.GetProperty("sessionId").GetString(), resumed.GetProperty("sessionId").GetString());
        await Task.Delay(timeoutMs * 3 / 2);
        Assert.Empty(witness.TakePushes());
        Assert.Equal(path, (await second.CallAsync("GetNode", new { path })).GetProperty("path").GetString());

        await second.CallAsync("CloseSession", new { });
        Assert.Equal("session-closed", (await witness.NextAsync("WatchEvent")).Body.GetProperty("cause").GetString());
        await cluster[0].StartAsync();
        shared.GiveBack();
    }

    private static async Task UntilToldAsync(HubClient client, string state)
    {
        while ((await client.NextAsync("SessionEvent")).Body.GetProperty("state").GetString() != state)
        {
        }
    }
}
