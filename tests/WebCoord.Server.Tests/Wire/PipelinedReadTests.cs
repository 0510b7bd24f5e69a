namespace WebCoord.Server.Tests.Wire;

/// <summary>Reads that a client sends without waiting for the answers: however many there are and whatever is between
/// them, each is answered in its turn, and none does more than it says.</summary>
public sealed class PipelinedReadTests(RunningWireServer server) : IClassFixture<RunningWireServer>
{
    private const int LargeNode = 10_000;
    private const int HugeNode = 1_000_000;

    [Fact]
    public async Task Reads_whose_answers_fill_many_buffers_arm_no_watches()
    {
        const int Reads = 300;
        await using var client = await WireClient.OpenAsync(server.Port);
        await client.CallAsync(WireOp.Create, WireBody.Create("/large", new byte[LargeNode]));
        var requests = from xid in Enumerable.Range(1_000, Reads)
                       from part in WireClient.Request(xid, WireOp.GetData, WireBody.Read("/large"))
                       select part;

        await client.SendAsync(requests.ToArray());

        await AssertAnswersAsync(client, Enumerable.Range(1_000, Reads));
        await AssertNothingIsWatchedAsync(client, "/large");
    }

    [Fact]
    public async Task Reads_whose_answers_are_more_than_a_client_takes_at_once_are_all_answered()
    {
        const int Reads = 40;
        await using var client = await WireClient.OpenAsync(server.Port);
        await client.CallAsync(WireOp.Create, WireBody.Create("/huge", new byte[HugeNode]));
        var xids = Enumerable.Range(1_000, Reads).ToArray();
        var requests = from xid in xids
                       from part in WireClient.Request(xid, WireOp.GetData, WireBody.Read("/huge", watch: true))
                       select part;

        await client.SendAsync(requests.ToArray());

        await AssertAnswersAsync(client, xids);
    }

    /// <summary>A write may end at any moment while the read after it is looked at.</summary>
    [Fact]
    public async Task Reads_between_writes_arm_no_watches()
    {
        const int Rounds = 20;
        const int Pairs = 100;
        await using var client = await WireClient.OpenAsync(server.Port);
        await client.CallAsync(WireOp.Create, WireBody.Create("/between", [1]));
        var xids = Enumerable.Range(1_000, 2 * Pairs).ToArray();
        var requests = from xid in xids
                       from part in xid % 2 == 0
                           ? WireClient.Request(xid, WireOp.SetData, WireBody.SetData("/between", [2]))
                           : WireClient.Request(xid, WireOp.GetData, WireBody.Read("/between"))
                       select part;
        var bytes = requests.ToArray();

        for (var round = 0; round < Rounds; round++)
        {
            await client.SendAsync(bytes);
            await AssertAnswersAsync(client, xids);
        }

        await AssertNothingIsWatchedAsync(client, "/between");
    }

    /// <summary>The next frames are the successful answers to these requests, in this order, and no events.</summary>
    private static async Task AssertAnswersAsync(WireClient client, IEnumerable<int> xids)
    {
        foreach (var xid in xids)
        {
            var answer = await client.ReceiveAsync();
            Assert.Equal((xid, 0), (answer?.Xid, answer?.Error));
        }
    }

    private static async Task AssertNothingIsWatchedAsync(WireClient client, string path)
    {
        Assert.Equal(0, (await client.CallAsync(WireOp.SetData, WireBody.SetData(path, []))).Error);
        Assert.Empty(client.Events);
    }
}
