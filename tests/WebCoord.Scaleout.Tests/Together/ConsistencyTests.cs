using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using WebCoord.Scaleout.Tests.Checking;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Scaleout.Tests.Load;
using WebCoord.Server.Tests.EndToEnd;
using WebCoord.TransactionLog.Tests.Redis;
using Xunit.Abstractions;

namespace WebCoord.Scaleout.Tests.Together;

[Collection(TogetherCollection.Name)]
public sealed class ConsistencyTests(SharedCluster shared, ITestOutputHelper output)
{
    [RedisFact]
    public async Task A_read_through_any_instance_sees_what_was_acknowledged_by_another()
    {
        var cluster = await shared.TakeAsync();
        var path = shared.NextFolder();
        for (var number = 0; number < 30; number++)
        {
            var value = number.ToString(CultureInfo.InvariantCulture);
            await PutAsync(cluster[number % 3].Client, path, value);
            Assert.Equal(value, await cluster[(number + 1) % 3].Client.GetStringAsync($"v1/data{path}"));
        }

        shared.GiveBack();
    }

    [RedisFact]
    public async Task A_client_that_switches_instances_does_not_see_the_past()
    {
        var cluster = await shared.TakeAsync();
        var path = shared.NextFolder();
        for (var number = 0; number < 30; number++)
        {
            var value = number.ToString(CultureInfo.InvariantCulture);
            var zxid = await PutAsync(cluster[number % 3].Client, path, value);
            using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/data{path}?consistency=local");
            request.Headers.Add("WebCoord-Min-Zxid", zxid.ToString(CultureInfo.InvariantCulture));
            using var response = await cluster[(number + 1) % 3].Client.SendAsync(request);
            Assert.Equal(value, await response.Content.ReadAsStringAsync());
            Assert.True(response.Zxid() >= zxid);
        }

        shared.GiveBack();
    }

    [RedisFact]
    public async Task Sync_brings_an_instance_to_the_head_of_the_log()
    {
        var cluster = await shared.TakeAsync();
        var path = shared.NextFolder();
        for (var number = 0; number < 20; number++)
        {
            var value = number.ToString(CultureInfo.InvariantCulture);
            await PutAsync(cluster[0].Client, path, value);
            using var synced = await cluster[1].Client.PostAsync("v1/sync", null);
            Assert.Equal(HttpStatusCode.OK, synced.StatusCode);
            Assert.Equal(value, await cluster[1].Client.GetStringAsync($"v1/data{path}?consistency=local"));
        }

        shared.GiveBack();
    }

    [RedisFact]
    public async Task Counters_that_clients_raise_through_different_instances_add_up()
    {
        const int clients = 8;
        const int times = 10;
        var cluster = await shared.TakeAsync();
        var path = shared.NextFolder();
        await PutAsync(cluster[0].Client, path, "0");
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
        {
            for (var number = 0; number < times; number++)
            {
                await RaiseAsync(cluster, path, client + number);
            }
        }));

        var sum = await cluster[0].Client.GetStringAsync($"v1/data{path}");
        Assert.Equal(clients * times, int.Parse(sum, CultureInfo.InvariantCulture));
        shared.GiveBack();
    }

    [RedisFact]
    public async Task Sequential_names_given_through_all_instances_are_in_order_without_gaps()
    {
        const int writers = 6;
        const int each = 15;
        var cluster = await shared.TakeAsync();
        var folder = shared.NextFolder();
        await PutAsync(cluster[0].Client, folder, "");
        var ledger = new WriteLedger();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(async number =>
        {
            var writer = new ItemWriter(cluster, new Calls(), $"writer-{number}", folder, ledger, Random.Shared);
            for (var item = 0; item < each; item++)
            {
                Assert.Equal(Fate.Done, (await writer.WriteAsync(cluster[(number + item) % 3].Client)).Fate);
            }
        }));

        var items = (await ServiceState.ReadAsync(cluster)).ItemsIn(folder);
        Assert.Empty(ledger.FindViolations(items));
        Assert.Equal(
            Enumerable.Range(0, writers * each)
                .Select(number => string.Create(CultureInfo.InvariantCulture, $"{folder}/item-{number:D10}")),
            items.Select(item => item.Path));
        shared.GiveBack();
    }

    [RedisFact]
    public async Task Whatever_clients_of_all_instances_see_fits_one_order()
    {
        var seed = new Seed(output);
        var cluster = await shared.TakeAsync();
        await using var workload = await Workload.StartAsync(cluster, shared.NextFolder(), seed.Value);
        await workload.ProgressAsync(items: 150);
        await workload.VerifyAsync();
        output.WriteLine(workload.ToString());
        shared.GiveBack();
    }

    private static async Task<long> PutAsync(HttpClient client, string path, string data)
    {
        using var response = await client.PutAsync($"v1/data{path}", new StringContent(data));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return response.Zxid();
    }

    /// <summary>Adds one, reading through one instance and writing through the next, until nobody came between.
    /// </summary>
    private static async Task RaiseAsync(ServerCluster cluster, string path, int turn)
    {
        while (true)
        {
            using var read = await cluster[turn % 3].Client.GetAsync($"v1/data{path}");
            var value = int.Parse(await read.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture);
            using var request = new HttpRequestMessage(HttpMethod.Put, $"v1/data{path}")
            {
                Content = new StringContent((value + 1).ToString(CultureInfo.InvariantCulture)),
            };
            request.Headers.IfMatch.Add(new EntityTagHeaderValue(read.Headers.ETag!.Tag));
            using var written = await cluster[(turn + 1) % 3].Client.SendAsync(request);
            if (written.StatusCode == HttpStatusCode.OK)
            {
                return;
            }

            Assert.Equal(HttpStatusCode.PreconditionFailed, written.StatusCode);
            turn++;
        }
    }
}
