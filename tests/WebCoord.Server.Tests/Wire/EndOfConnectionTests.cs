using WebCoord.Server.Tests.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.Wire;

/// <summary>How the server ends connections: when it stops, when its log fails, and at its limits.</summary>
public sealed class EndOfConnectionTests
{
    [Fact]
    public async Task When_the_server_stops_what_was_taken_is_answered_and_then_the_connection_closes()
    {
        await using var wire = await MemoryWire.StartAsync();
        var busy = wire.Connect();
        await busy.Client.HandshakeAsync(new Handshake());
        var idle = wire.Connect();
        await idle.Client.HandshakeAsync(new Handshake());
        var stranger = wire.Connect();
        wire.Log.Close();
        await busy.Client.SendAllAsync(WireClient.Request(1, WireOp.Create, WireBody.Create("/a")),
            WireClient.Request(2, WireOp.Create, WireBody.Create("/b")));
        await RunningPipeline.UntilAsync(() => wire.Log.Appends > 0, "the writes are on their way");

        idle.RequestClose();
        busy.RequestClose();
        stranger.RequestClose();
        Assert.Null(await idle.Client.ReceiveAsync());
        Assert.Null(await stranger.Client.ReceiveAsync());
        wire.Log.Open();
        Assert.Equal(1, (await busy.Client.ReceiveAsync())!.Xid);
        Assert.Equal(2, (await busy.Client.ReceiveAsync())!.Xid);
        Assert.Null(await busy.Client.ReceiveAsync());

        var again = await wire.OpenAsync(busy.Client.Again());
        Assert.Equal(0, (await again.ExistsAsync("/b")).Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_log_fails_a_write_closes_its_connection_without_a_reply_and_all_is_well_afterwards(
        bool outcomeKnown)
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        var reader = await wire.OpenAsync();
        wire.Log.FailWith(new LogUnavailableException("The disk is full.", outcomeKnown));
        await client.SendAsync(WireClient.Request(1, WireOp.Create, WireBody.Create("/lost")));
        Assert.Null(await client.ReceiveAsync());
        Assert.Null(await wire.Connect().Client.HandshakeAsync(new Handshake()));
        Assert.Equal(-101, (await reader.ExistsAsync("/lost")).Error);

        wire.Log.FailWith(null);
        var again = await wire.OpenAsync(client.Again());
        await again.CreateAsync("/found").SucceedsAsync();
        Assert.Equal(0, (await reader.ExistsAsync("/found")).Error);
    }

    [Fact]
    public async Task An_instance_that_has_lost_its_log_lets_its_clients_go_before_their_sessions_can_expire()
    {
        await using var wire = await MemoryWire.StartAsync("WebCoord:Sessions:TickMs=50",
            "WebCoord:Sessions:MinTimeoutMs=200");
        var brief = await wire.OpenAsync(new Handshake { Timeout = 600 });
        var patient = await wire.OpenAsync(new Handshake { Timeout = 60_000 });
        wire.Log.Close();
        Assert.Null(await brief.ReceiveFrameAsync());
        await patient.PingAsync().SucceedsAsync();
        wire.Log.Open();
        await wire.OpenAsync(brief.Again());
    }

    [Theory]
    [InlineData(WireOp.Exists)]
    [InlineData(WireOp.AddWatch)]
    [InlineData(WireOp.SetWatches)]
    public async Task A_connection_that_watches_more_paths_than_it_may_is_ended(int type)
    {
        await using var wire = await MemoryWire.StartAsync("WebCoord:ZooKeeper:MaxWatchesPerConnection=3");
        var client = await wire.OpenAsync();
        foreach (var path in (string[])["/a", "/b", "/c", "/c", "/b", "/a"])
        {
            await client.CallAsync(type, Body(path));
        }

        await client.SendAsync(WireClient.Request(9, type, Body("/d")));
        while (await client.ReceiveAsync() is { } message)
        {
            // The reply of what was too much may still come.
            Assert.Equal(9, message.Xid);
        }

        await RunningPipeline.UntilAsync(() => wire.Pipeline.Applier.WatchCount == 0, "its watches are gone");

        byte[] Body(string path) => type switch
        {
            WireOp.Exists => WireBody.Read(path, watch: true),
            WireOp.AddWatch => WireBody.PathAndKind(path, 1),
            _ => WireBody.SetWatches(0, [], [path], []),
        };
    }

    [Fact]
    public async Task Without_leave_for_anonymous_callers_only_credentials_open_the_service()
    {
        await using var wire = await MemoryWire.StartAsync("WebCoord:Security:AllowAnonymous=false");
        foreach (var request in ((int, byte[])[])[
            (WireOp.Create, WireBody.Create("/a")), (WireOp.GetData, WireBody.Read("/")),
            (WireOp.GetData, WireBody.Read("/", watch: true)), (WireOp.Sync, WireBody.Path("/")),
            (WireOp.Multi, WireBody.Multi([])), (WireOp.AddWatch, WireBody.PathAndKind("/", 0))])
        {
            var stranger = await wire.OpenAsync();
            await stranger.PingAsync().SucceedsAsync();
            var refused = await stranger.CallAsync(request.Item1, request.Item2);
            Assert.Equal((-115, 0L, 0), (refused.Error, refused.Zxid, refused.Body.Length));
            Assert.Null(await stranger.ReceiveAsync());
        }

        var leaving = await wire.OpenAsync();
        await leaving.CallAsync(WireOp.CloseSession).SucceedsAsync();
        var named = await wire.OpenAsync();
        await named.AuthAsync("digest", "any:password").SucceedsAsync();
        await named.CreateAsync("/a").SucceedsAsync();
        await named.GetDataAsync("/a").SucceedsAsync();
        await named.GetDataAsync("/a", watch: true).SucceedsAsync();
    }
}
