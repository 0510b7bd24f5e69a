using System.Globalization;
using WebCoord.Scaleout.Tests.Checking;
using WebCoord.Scaleout.Tests.Cluster;

namespace WebCoord.Scaleout.Tests.Load;

/// <summary>A client that creates sequential nodes in one folder, each through any of the instances, and notes what it
/// was told of each.</summary>
internal sealed class ItemWriter(ServerCluster cluster, Calls calls, string name, string folder, WriteLedger ledger,
    Random random)
{
    private int _items;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (cluster.Running is { Count: > 0 } running)
            {
                await WriteAsync(running[random.Next(running.Count)].Client);
            }

            await Task.Delay(random.Next(10, 40), CancellationToken.None);
        }
    }

    /// <summary>Creates one item.</summary>
    public async Task<Reply> WriteAsync(HttpClient client)
    {
        var data = string.Create(CultureInfo.InvariantCulture, $"{name}-{++_items}");
        using var request = new HttpRequestMessage(
            HttpMethod.Post, $"v1/data{folder}/item-?mode=persistentSequential&createParents=true")
        {
            Content = new StringContent(data),
        };
        ledger.Begin(data);
        var reply = await calls.SendAsync(client, request);
        Assert.False(reply.Fate == Fate.Refused, $"A plain create was refused: {reply}");
        if (reply.Fate == Fate.Done)
        {
            ledger.Acknowledge(new Item(reply.Json().GetProperty("path").GetString()!, data, reply.Zxid));
        }
        else if (reply.Fate == Fate.NotTaken)
        {
            ledger.Refuse(data);
        }

        return reply;
    }
}
