using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Scaleout.Tests.Load;
using WebCoord.Server.Tests.SignalR;
using WebCoord.TransactionLog.Tests.Redis;

namespace WebCoord.Scaleout.Tests.Together;

[Collection(TogetherCollection.Name)]
public sealed class MembershipTests(SharedCluster shared)
{
    [RedisFact]
    public async Task Instances_that_join_and_leave_are_shown_and_told_by_every_instance()
    {
        var cluster = await shared.TakeAsync();
        var hubs = new List<HubClient>();
        foreach (var instance in cluster.Instances)
        {
            hubs.Add(await instance.ConnectAsync());
        }

        await using (var fourth = cluster.NewInstance("d", []))
        {
            await fourth.StartAsync();
            await UntilKnownAsync(cluster, ["a", "b", "c", "d"]);
            await Task.WhenAll(hubs.Select(hub => HearAsync(hub, "instanceJoined", "d")));
            Assert.Equal(0, await fourth.StopAsync());
        }

        await UntilKnownAsync(cluster, ["a", "b", "c"]);
        await Task.WhenAll(hubs.Select(hub => HearAsync(hub, "instanceLeft", "d")));
        foreach (var hub in hubs)
        {
            await hub.DisposeAsync();
        }

        shared.GiveBack();
    }

    [RedisFact]
    public async Task Every_instance_shows_all_with_their_addresses_and_itself_as_this()
    {
        var cluster = await shared.TakeAsync();
        foreach (var instance in cluster.Instances)
        {
            var body = await instance.Client.GetFromJsonAsync<JsonElement>("v1/cluster");
            Assert.Equal("redis", body.GetProperty("log").GetProperty("kind").GetString());
            Assert.Equal("fsync", body.GetProperty("log").GetProperty("durability").GetString());
            var known = body.GetProperty("instances").EnumerateArray().ToList();
            Assert.Equal(3, known.Select(other => other.GetProperty("id").GetString()).Distinct().Count());
            foreach (var other in cluster.Instances)
            {
                var shown = known.Single(shown => shown.GetProperty("name").GetString() == other.Name);
                Assert.Equal(other.Address, new Uri(shown.GetProperty("address").GetString()!));
                Assert.Equal(other == instance, shown.GetProperty("isThis").GetBoolean());
            }
        }

        shared.GiveBack();
    }

    [RedisFact]
    public async Task Heartbeats_that_a_balancer_spreads_over_all_instances_keep_a_session_alive()
    {
        const int timeoutMs = 3_000;
        var cluster = await shared.TakeAsync();
        var path = shared.NextFolder();
        var session = await RestSession.OpenAsync(cluster[0].Client, timeoutMs);
        await session.CreateEphemeralAsync(cluster[1].Client, path);
        var end = DateTime.UtcNow.AddMilliseconds(1.5 * timeoutMs);
        var answered = new int[3];
        for (var number = 0; DateTime.UtcNow < end; number++)
        {
            // An instance that was held up by the machine vouches for nobody: the next one is asked.
            var status = await session.BeatAsync(cluster[number % 3].Client);
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, status.ToString());
            answered[number % 3] += status == HttpStatusCode.OK ? 1 : 0;
            await Task.Delay(100);
        }

        Assert.DoesNotContain(0, answered);

        using var node = await cluster[2].Client.GetAsync($"v1/nodes{path}");
        Assert.Equal(HttpStatusCode.OK, node.StatusCode);
        await session.CloseAsync(cluster[2].Client);
        using var gone = await cluster[0].Client.GetAsync($"v1/nodes{path}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        shared.GiveBack();
    }

    private static Task UntilKnownAsync(ServerCluster cluster, string[] names) =>
        cluster.UntilAsync($"all know {string.Join(", ", names)}", async () =>
        {
            foreach (var instance in cluster.Instances)
            {
                var body = await instance.Client.GetFromJsonAsync<JsonElement>("v1/cluster");
                var known = body.GetProperty("instances").EnumerateArray()
                    .Select(other => other.GetProperty("name").GetString());
                if (!names.SequenceEqual(known.Order(StringComparer.Ordinal)))
                {
                    return false;
                }
            }

            return true;
        });

    private static async Task HearAsync(HubClient hub, string type, string instance)
    {
        while (true)
        {
            var told = (await hub.NextAsync("ClusterEvent")).Body;
            if (told.GetProperty("type").GetString() == type && told.GetProperty("instance").GetString() == instance)
            {
                return;
            }
        }
    }
}
