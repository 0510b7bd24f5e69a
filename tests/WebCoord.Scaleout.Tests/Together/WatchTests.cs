using System.Globalization;
using System.Net;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Scaleout.Tests.Load;
using WebCoord.Server.Tests.EndToEnd;
using WebCoord.Server.Tests.SignalR;
using WebCoord.Server.Tests.Wire;
using WebCoord.TransactionLog.Tests.Redis;

namespace WebCoord.Scaleout.Tests.Together;

[Collection(TogetherCollection.Name)]
public sealed class WatchTests(SharedCluster shared)
{
    [RedisFact]
    public async Task A_one_shot_watch_tells_once_of_a_write_through_another_instance()
    {
        var cluster = await shared.TakeAsync();
        var path = shared.NextFolder();
        await PutAsync(cluster[0], path, "before");
        await using var hub = await cluster[1].ConnectAsync();
        await using var wire = await WireClient.OpenAsync(cluster[2].ZooKeeperPort);
        await hub.CallAsync("Watch", new { watchId = "w", path, kind = "data", mode = "once" });
        await wire.CallAsync(WireOp.Sync, WireBody.Path("/"));
        Assert.Equal(0, (await wire.GetDataAsync(path, watch: true)).Error);

        var first = await PutAsync(cluster[0], path, "first");
        var second = await PutAsync(cluster[0], path, "second");

        var told = await hub.NextAsync("WatchEvent");
        Assert.Equal("w", told.WatchId);
        Assert.Equal("dataChanged", told.Body.GetProperty("type").GetString());
        Assert.Equal(first, told.Zxid);
        await hub.CallAsync("Sync", new { minZxid = second.ToString(CultureInfo.InvariantCulture) });
        Assert.Empty(hub.TakePushes());

        await wire.CallAsync(WireOp.Sync, WireBody.Path("/"));
        var heard = Assert.Single(await wire.EventsAsync());
        Assert.Equal(path, heard.Path);
        shared.GiveBack();
    }

    [RedisFact]
    public async Task Watchers_of_all_instances_are_told_of_all_changes_in_one_order()
    {
        const int count = 60;
        var cluster = await shared.TakeAsync();
        var folder = shared.NextFolder();
        await PutAsync(cluster[0], folder, "");
        var wires = new List<WireClient>();
        try
        {
            foreach (var instance in cluster.Instances)
            {
                var wire = await WireClient.OpenAsync(instance.ZooKeeperPort);
                wires.Add(wire);
                await wire.CallAsync(WireOp.Sync, WireBody.Path("/"));
                Assert.Equal(0, (await wire.AddWatchAsync(folder, mode: 1)).Error);
            }

            await Task.WhenAll(Enumerable.Range(0, count)
                .Select(number => PutAsync(cluster[number % 3], $"{folder}/node-{number}", "x")));

            var orders = new List<string>();
            foreach (var wire in wires)
            {
                await wire.CallAsync(WireOp.Sync, WireBody.Path("/"));
                var created = (await wire.EventsAsync()).Where(told => told.Type == 1).ToList();
                Assert.Equal(count, created.Count);
                orders.Add(string.Join(' ', created.Select(told => told.Path)));
            }

            Assert.Single(orders.Distinct());
        }
        finally
        {
            foreach (var wire in wires)
            {
                await wire.DisposeAsync();
            }
        }

        shared.GiveBack();
    }

    [RedisFact]
    public async Task The_end_of_an_idle_session_is_decided_once_and_told_by_every_instance()
    {
        var cluster = await shared.TakeAsync();
        var path = shared.NextFolder();
        var owner = await RestSession.OpenAsync(cluster[0].Client, timeoutMs: 3_000);
        await owner.CreateEphemeralAsync(cluster[1].Client, path);
        var told = new List<Arrival>();
        var hubs = new List<HubClient>();
        using (var armed = new CancellationTokenSource())
        {
            var beating = owner.BeatUntilAsync(cluster[1].Client, armed.Token);
            foreach (var instance in cluster.Instances)
            {
                var hub = await instance.ConnectAsync();
                hubs.Add(hub);
                await hub.CallAsync("Watch", new { watchId = "w", path, kind = "exists", mode = "once" });
            }

            await armed.CancelAsync();
            await beating;
        }

        foreach (var hub in hubs)
        {
            told.Add(await hub.NextAsync("WatchEvent"));
            await hub.DisposeAsync();
        }

        Assert.Single(told.Select(arrival => arrival.Zxid).Distinct());
        Assert.All(told, arrival => Assert.Equal("deleted", arrival.Body.GetProperty("type").GetString()));
        Assert.All(told, arrival => Assert.Equal("session-expired", arrival.Body.GetProperty("cause").GetString()));
        foreach (var instance in cluster.Instances)
        {
            using var node = await instance.Client.GetAsync($"v1/data{path}?consistency=local");
            Assert.Equal(HttpStatusCode.NotFound, node.StatusCode);
            await cluster.UntilAsync($"{instance.Name} says that the session is over", async () =>
                await owner.BeatAsync(instance.Client) == HttpStatusCode.Gone);
        }

        shared.GiveBack();
    }

    private static async Task<long> PutAsync(ClusterInstance instance, string path, string data)
    {
        using var response = await instance.Client.PutAsync($"v1/data{path}", new StringContent(data));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return response.Zxid();
    }
}
