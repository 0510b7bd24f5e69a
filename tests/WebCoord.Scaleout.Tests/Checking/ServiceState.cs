using System.Globalization;
using System.Text.Json;
using WebCoord.Scaleout.Tests.Cluster;

namespace WebCoord.Scaleout.Tests.Checking;

/// <summary>All that a service holds at one zxid, the same on every running instance.</summary>
/// <param name="Tree">The answer of getTree for the root, with stat and data.</param>
internal sealed record ServiceState(long Zxid, JsonElement Tree)
{
    /// <summary>Reads the state of every running instance until all are at one zxid, and compares them.</summary>
    public static async Task<ServiceState> ReadAsync(ServerCluster cluster)
    {
        ServiceState? state = null;
        await cluster.UntilAsync("all instances show one zxid", async () =>
        {
            var answers = await Task.WhenAll(cluster.Running.Select(instance => TreeOfAsync(instance)));
            if (answers.DistinctBy(answer => answer.Zxid).Count() > 1)
            {
                return false;
            }

            foreach (var (instance, answer) in cluster.Running.Zip(answers))
            {
                Assert.True(answer.Text == answers[0].Text, $"{instance.Name} and {cluster.Running[0].Name} differ at "
                    + $"zxid {answer.Zxid}:\n{answer.Text}\n{answers[0].Text}");
            }

            state = new ServiceState(answers[0].Zxid, JsonDocument.Parse(answers[0].Text).RootElement);
            return true;
        });
        return state!;
    }

    /// <summary>The nodes directly below a folder.</summary>
    public IReadOnlyList<Item> ItemsIn(string folder) =>
    [
        .. from node in Tree.GetProperty("nodes").EnumerateArray()
           let path = node.GetProperty("path").GetString()!
           where path.StartsWith(folder + "/", StringComparison.Ordinal)
               && path.IndexOf('/', folder.Length + 1) < 0
           let zxid = node.GetProperty("stat").GetProperty("czxid").GetString()!
           select new Item(path, node.TryGetProperty("data", out var data) ? data.GetString()! : "",
               long.Parse(zxid, CultureInfo.InvariantCulture)),
    ];

    private static async Task<(long Zxid, string Text)> TreeOfAsync(ClusterInstance instance)
    {
        var text = await instance.Client.GetStringAsync("v1/tree?include=stat,data&consistency=local");
        var zxid = JsonDocument.Parse(text).RootElement.GetProperty("zxid").GetString()!;
        return (long.Parse(zxid, CultureInfo.InvariantCulture), text);
    }
}
