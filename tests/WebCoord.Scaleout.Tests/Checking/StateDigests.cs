using System.Text;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Server.Tests.Wire;

namespace WebCoord.Scaleout.Tests.Checking;

/// <summary>Compares all that the instances hold, sessions and settings included, by its digest.</summary>
internal static class StateDigests
{
    /// <summary>Asks every running instance for the digest of its state until all have told it for one and the same
    /// zxid; whatever two of them tell for a zxid must be equal.</summary>
    public static async Task AssertEqualAsync(ServerCluster cluster)
    {
        var instances = cluster.Running;
        var told = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        await cluster.UntilAsync("all instances tell a digest for one zxid", async () =>
        {
            foreach (var (instance, answer) in instances.Zip(await Task.WhenAll(instances.Select(HashAsync))))
            {
                var of = told.TryGetValue(answer.Zxid, out var known) ? known : told[answer.Zxid] = [];
                of[instance.Name] = answer.Digest;
                Assert.True(of.Values.Distinct(StringComparer.Ordinal).Count() == 1,
                    $"The states at zxid {answer.Zxid} differ: {string.Join(", ", of)}\n{cluster.Describe()}");
            }

            return told.Values.Any(of => of.Count == instances.Count);
        });
    }

    /// <summary>What an instance answers to the four-letter word <c>hash</c>.</summary>
    private static async Task<(string Zxid, string Digest)> HashAsync(ClusterInstance instance)
    {
        await using var client = await WireClient.ConnectAsync(instance.ZooKeeperPort);
        await client.SendAsync("hash"u8.ToArray());
        var words = Encoding.ASCII.GetString(await client.ReceiveToEndAsync()).Split(": ");
        Assert.Equal(2, words.Length);
        return (words[0], words[1].TrimEnd());
    }
}
