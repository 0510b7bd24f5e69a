using WebCoord.Core;

namespace WebCoord.Server.Tests.Wire;

/// <summary>What one connection may have at most, and that a request beyond a limit is told so in its turn.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task A_credential_whose_name_is_too_long_is_refused()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();

        var reply = await client.AuthAsync("digest", new string('u', 2_000) + ":p");

        Assert.Equal((int)ErrorCode.AuthFailed, reply.Error);
        Assert.Null(await client.ReceiveAsync());
    }

    [Fact]
    public async Task A_connection_takes_only_so_many_credentials()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        var error = 0;
        var taken = 0;
        while (error == 0 && taken < 1_000)
        {
            error = (await client.AuthAsync("digest", $"user{taken++}:p")).Error;
        }

        Assert.Equal((int)ErrorCode.AuthFailed, error);
        Assert.Null(await client.ReceiveAsync());
    }

    [Fact]
    public async Task A_password_that_none_can_have_does_not_get_to_the_log()
    {
        await using var wire = await MemoryWire.StartAsync();
        var owner = await wire.OpenAsync();
        var before = wire.Pipeline.State.LastZxid;

        var answer = await wire.Connect().Client.HandshakeAsync(owner.Again() with { Password = new byte[100_000] });

        Assert.False(answer!.IsValid);
        await owner.PingAsync().SucceedsAsync();
        Assert.InRange(wire.Pipeline.State.LastZxid.Value, before.Value, before.Value + 100);
    }

    [Fact]
    public async Task A_write_that_is_larger_than_the_log_takes_is_refused_behind_the_writes_before_it()
    {
        await using var wire = await MemoryWire.StartAsync($"WebCoord:ZooKeeper:MaxFrameBytes={4 << 20}");
        var client = await wire.OpenAsync();
        wire.Log.Close();
        await client.SendAllAsync(
            WireClient.Request(1, WireOp.Create, WireBody.Create("/before")),
            WireClient.Request(2, WireOp.Create, WireBody.Create("/large", new byte[(4 << 20) - 100])),
            WireClient.Request(3, WireOp.Create, WireBody.Create("/after")));
        wire.Log.Open();

        var replies = new List<(int, int)>();
        for (var i = 0; i < 3; i++)
        {
            var reply = await client.ReceiveAsync();
            replies.Add((reply!.Xid, reply.Error));
        }

        Assert.Equal([(1, 0), (2, (int)ErrorCode.BadArguments), (3, 0)], replies);
    }

    [Fact]
    public async Task A_watch_on_a_path_that_no_node_can_have_takes_no_memory()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        var endless = "/" + new string('p', 100_000);

        Assert.Equal((int)ErrorCode.NoNode, (await client.ExistsAsync(endless, watch: true)).Error);
        await client.AddWatchAsync(endless, 0).SucceedsAsync();
        await client.AddWatchAsync(endless, 1).SucceedsAsync();

        Assert.Equal(0, wire.Pipeline.Applier.WatchCount);
    }

    [Fact]
    public async Task A_list_that_is_larger_than_what_may_wait_for_a_client_reaches_it_with_its_watch()
    {
        const int Children = 4_200;
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        await client.CreateAsync("/many").SucceedsAsync();
        var name = new string('n', 4_000);
        for (var first = 0; first < Children; first += 200)
        {
            await client.MultiAsync(Enumerable.Range(first, 200).Select(child =>
                (WireOp.Create, WireBody.Create($"/many/{name}{child:D5}")))).SucceedsAsync();
        }

        var list = await client.GetChildrenAsync("/many", watch: true).SucceedsAsync();
        Assert.Equal(Children, list.Reader().Int());
        await client.CreateAsync("/many/another").SucceedsAsync();
        Assert.Single(await client.EventsAsync());
    }
}
