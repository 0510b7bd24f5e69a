using WebCoord.Server.Tests.Pipeline;
using WebCoord.Server.Wire;

namespace WebCoord.Server.Tests.Wire;

/// <summary>Who takes nothing, or sends more than the log can take, is made to wait or let go; nobody else notices.
/// </summary>
public sealed class BackpressureTests
{
    [Fact]
    public async Task The_requests_of_a_client_that_does_not_read_are_not_read_on_until_it_does()
    {
        const int Requests = 1_000;
        await using var wire = await MemoryWire.StartAsync();
        var other = await wire.OpenAsync();
        await other.CreateAsync("/big", new byte[100_000]).SucceedsAsync();
        var stuck = await wire.OpenAsync();
        await stuck.SendAllAsync(Enumerable.Range(0, Requests).Select(xid =>
            WireClient.Request(xid, WireOp.GetData, WireBody.Read("/big"))));

        var connection = wire.Pipeline.Get<WireConnections>().All
            .Single(open => open.Session!.Id.Value == stuck.Session!.SessionId);
        await RunningPipeline.UntilAsync(() => connection.Statistics.Received > 1, "it was served something");
        for (var i = 0; i < 300; i++)
        {
            await other.SetDataAsync("/big", [1, 2, 3, .. new byte[99_997]]).SucceedsAsync();
            await other.ExistsAsync("/big").SucceedsAsync();
        }

        // What waits for it is far from the hundred million bytes that it asked for.
        Assert.InRange(connection.Statistics.Received, 2, 200);
        for (var xid = 0; xid < Requests; xid++)
        {
            var reply = await stuck.ReceiveAsync();
            Assert.Equal((xid, 0), (reply!.Xid, reply.Error));
        }
    }

    [Fact]
    public async Task A_client_that_takes_no_events_is_let_go()
    {
        await using var wire = await MemoryWire.StartAsync();
        var writer = await wire.OpenAsync();
        var longPath = "/" + new string('n', 4_000);
        await writer.CreateAsync(longPath).SucceedsAsync();
        var changes = Enumerable.Repeat((WireOp.SetData, WireBody.SetData(longPath, [])), 200).ToArray();
        var stuck = wire.Connect();
        await stuck.Client.HandshakeAsync(new Handshake());
        await stuck.Client.AddWatchAsync("/", 1).SucceedsAsync();
        var watcher = await wire.OpenAsync();
        await watcher.AddWatchAsync("/", 1).SucceedsAsync();

        for (var i = 0; i < 50 && !stuck.Ended.IsCompleted; i++)
        {
            await writer.MultiAsync(changes).SucceedsAsync();
            Assert.Equal(changes.Length, (await watcher.EventsAsync()).Count);
        }

        await stuck.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        await watcher.PingAsync().SucceedsAsync();
        Assert.Equal(2, wire.OpenConnections);
    }

    [Fact]
    public async Task While_the_queue_of_the_log_is_full_sockets_are_not_read_and_nobody_gets_an_error()
    {
        await using var wire = await MemoryWire.StartAsync("WebCoord:Log:MaxQueuedRequests=5");
        var clients = new[] { await wire.OpenAsync(), await wire.OpenAsync() };
        var reader = await wire.OpenAsync();
        wire.Log.Close();
        for (var i = 0; i < clients.Length; i++)
        {
            await clients[i].SendAllAsync(Enumerable.Range(0, 50).Select(xid =>
                WireClient.Request(xid, WireOp.Create, WireBody.Create($"/c{i}-{xid}"))));
        }

        await RunningPipeline.UntilAsync(() => wire.Pipeline.Sequencer.IsFull, "the queue is full");
        var late = wire.Connect().Client;
        await late.SendAsync(WireClient.Frame(new Handshake().ToArray()));
        await reader.GetDataAsync("/").SucceedsAsync();
        wire.Log.Open();

        foreach (var client in clients)
        {
            for (var xid = 0; xid < 50; xid++)
            {
                var reply = await client.ReceiveAsync();
                Assert.Equal((xid, 0), (reply!.Xid, reply.Error));
            }
        }

        Assert.True(HandshakeAnswer.Read((await late.ReceiveFrameAsync())!).IsValid);
    }

    [Fact]
    public async Task A_session_is_closed_however_full_the_queue_is()
    {
        await using var wire = await MemoryWire.StartAsync("WebCoord:Log:MaxQueuedRequests=1");
        var client = await wire.OpenAsync();
        var filler = await wire.OpenAsync();
        wire.Log.Close();
        await filler.SendAllAsync(Enumerable.Range(0, 3).Select(xid =>
            WireClient.Request(xid, WireOp.Create, WireBody.Create($"/f{xid}"))));
        await RunningPipeline.UntilAsync(() => wire.Pipeline.Sequencer.IsFull, "the queue is full");
        await client.SendAsync(WireClient.Request(1, WireOp.CloseSession, []));
        await Task.Delay(50);
        wire.Log.Open();

        Assert.Equal((1, 0), await client.ReceiveAsync() is { } reply ? (reply.Xid, reply.Error) : default);
        Assert.Null(await client.ReceiveAsync());
    }

    [Fact]
    public async Task More_writes_than_may_be_under_way_are_all_done()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        wire.Log.Close();
        var sending = client.SendAllAsync(Enumerable.Range(0, 2_500).Select(xid =>
            WireClient.Request(xid, WireOp.Create, WireBody.Create($"/c{xid}"))));
        await RunningPipeline.UntilAsync(() => wire.Log.Appends > 0, "an append waits");
        wire.Log.Open();
        for (var xid = 0; xid < 2_500; xid++)
        {
            var reply = await client.ReceiveAsync();
            Assert.Equal((xid, 0), (reply!.Xid, reply.Error));
        }

        await sending;
    }

    [Fact]
    public async Task However_many_clients_crowd_a_short_queue_none_of_their_writes_is_refused()
    {
        await using var wire = await MemoryWire.StartAsync("WebCoord:Log:MaxQueuedRequests=1");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            var client = await wire.OpenAsync();
            await client.SendAllAsync(Enumerable.Range(0, 100).Select(xid =>
                WireClient.Request(xid, WireOp.Create, WireBody.Create($"/c{number}-{xid}"))));
            for (var xid = 0; xid < 100; xid++)
            {
                var reply = await client.ReceiveAsync();
                Assert.Equal((xid, 0), (reply?.Xid, reply?.Error));
            }
        }));
    }
}
