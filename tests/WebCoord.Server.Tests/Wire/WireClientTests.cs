using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>The raw client speaks ZooKeeper's protocol: shown by the golden bytes, and against ZooKeeper itself.
/// </summary>
public sealed class WireClientTests
{
    [Fact]
    public void Requests_have_the_golden_bytes()
    {
        var handshake = WireClient.Frame(new Handshake { Timeout = 10_000 }.ToArray());
        var create = WireClient.Request(1, WireOp.Create, WireBody.Create("/a", "hi"u8.ToArray()));
        var ping = WireClient.Request(-2, WireOp.Ping, []);

        AssertHex("0000002d 00000000 0000000000000000 00002710 0000000000000000 00000010 "
            + "00000000000000000000000000000000 00", handshake);
        AssertHex("00000033 00000001 00000001 000000022f61 000000026869 00000001 0000001f 00000005776f726c64 "
            + "00000006616e796f6e65 00000000", create);
        AssertHex("00000008 fffffffe 0000000b", ping);
    }

    [ProgramFact(ZooKeeperProcess.Java, ZooKeeperProcess.Jar)]
    public async Task The_client_and_ZooKeeper_understand_each_other()
    {
        await using var server = await ZooKeeperProcess.StartAsync();
        await using var client = await WireClient.OpenAsync(server.Port);

        Assert.Equal(-101, (await client.CallAsync(WireOp.Exists, WireBody.Read("/a", watch: true))).Error);
        Assert.Equal("/a", (await client.CallAsync(WireOp.Create, WireBody.Create("/a", [1, 2]))).Reader().Text());
        Assert.Equal(new WireEvent(1, 3, "/a"), Assert.Single(client.Events));
        var read = (await client.CallAsync(WireOp.GetData, WireBody.Read("/a"))).Reader();
        Assert.Equal([1, 2], read.Buffer());
        Assert.Equal(2, read.Stat().DataLength);
        Assert.Equal(0, read.Remaining);

        Assert.Equal(0, (await client.CallAsync(WireOp.CloseSession)).Error);
        Assert.Null(await client.ReceiveAsync());
        Assert.Equal("imok", await server.AskAsync("ruok"));
    }

    private static void AssertHex(string expected, byte[] actual) =>
        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower(actual));
}
