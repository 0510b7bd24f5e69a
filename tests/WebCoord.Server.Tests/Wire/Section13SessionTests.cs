using WebCoord.Server.Tests.Pipeline;

namespace WebCoord.Server.Tests.Wire;

/// <summary>The points of section 13 about sessions; more of them is in <see cref="Section08Tests"/>.</summary>
public sealed class Section13SessionTests
{
    private static readonly string[] QuickTicks =
        ["WebCoord:Sessions:TickMs=50", "WebCoord:Sessions:MinTimeoutMs=200"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Section_13_34_An_expired_session_is_told_by_a_normal_frame_before_the_close(bool hasReadOnly)
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = wire.Connect().Client;
        await client.SendAsync(WireClient.Frame(
            new Handshake { SessionId = 5, HasReadOnly = hasReadOnly }.ToArray()));
        Assert.Equal(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16 }
            .Concat(new byte[hasReadOnly ? 17 : 16]), await client.ReceiveFrameAsync());
        Assert.Null(await client.ReceiveFrameAsync());
    }

    [Fact]
    public async Task Section_13_35_A_session_that_expires_closes_its_connection_without_any_frame()
    {
        await using var wire = await MemoryWire.StartAsync(QuickTicks);
        var client = await wire.OpenAsync(new Handshake { Timeout = 200 });
        Assert.Null(await client.ReceiveFrameAsync());
    }

    [Fact]
    public async Task Section_13_36_Zxids_do_not_go_back_over_a_restart()
    {
        var log = GatedLog.InMemory();
        long seen;
        await using (var first = await MemoryWire.StartAsync(log))
        {
            seen = (await (await first.OpenAsync()).CreateAsync("/a")).Zxid;
        }

        await using var second = await MemoryWire.StartAsync(log);
        var client = await second.OpenAsync(new Handshake { LastZxidSeen = seen });
        Assert.True((await client.CreateAsync("/b")).Zxid > seen);
        Assert.Null(await second.Connect().Client.HandshakeAsync(new Handshake { LastZxidSeen = long.MaxValue }));
    }

    [Fact]
    public async Task Section_13_37_Who_comes_back_gets_the_same_session_a_new_timeout_and_the_only_socket()
    {
        await using var wire = await MemoryWire.StartAsync();
        var first = await wire.OpenAsync(new Handshake { Timeout = 30_000 });
        var second = await wire.OpenAsync(first.Again() with { Timeout = 1 });
        Assert.Equal(first.Session!.SessionId, second.Session!.SessionId);
        Assert.Equal(first.Session.Password, second.Session.Password);
        Assert.Equal(2_000, second.Session.Timeout);
        Assert.Null(await first.ReceiveFrameAsync());
        Assert.Equal(0, (await second.PingAsync()).Error);
    }

    /// <summary>By the log clock, which alone decides: the session is there for its whole timeout, and one tick and the
    /// pace of the bookkeeping later it is gone.</summary>
    [Fact]
    public async Task Section_13_38_A_session_never_expires_early()
    {
        await using var wire = await MemoryWire.StartAsync(QuickTicks);
        var client = await wire.OpenAsync(new Handshake { Timeout = 300 });
        Assert.Equal(300, client.Session!.Timeout);
        var session = wire.Pipeline.State.Sessions.Single();
        var lastSeen = 0L;
        await RunningPipeline.UntilAsync(() =>
        {
            var state = wire.Pipeline.State;
            if (state.Sessions.Find(session.Id) is { } alive)
            {
                lastSeen = state.LogClockMs - alive.LastTouchMs;
                return false;
            }

            Assert.True(state.LogClockMs - session.LastTouchMs >= 300, $"it ended at {state.LogClockMs}");
            return true;
        }, "it ends");
        Assert.Null(await client.ReceiveFrameAsync());
        Assert.InRange(lastSeen, 0, 300 + (3 * 50));
    }

    [Fact]
    public async Task Section_13_39_Any_request_refreshes_the_session()
    {
        await using var wire = await MemoryWire.StartAsync(QuickTicks);
        var client = await wire.OpenAsync(new Handshake { Timeout = 1_000 });
        var session = wire.Pipeline.State.Sessions.Single();
        await client.CreateAsync("/a").SucceedsAsync();
        foreach (var (type, body) in ((int, byte[])[])[
            (WireOp.GetData, WireBody.Read("/a")), (WireOp.GetData, WireBody.Read("/none")), (WireOp.Ping, []),
            (WireOp.SetData, WireBody.SetData("/a", [], version: 99)), (WireOp.Exists, WireBody.Read("/a", true)),
            (WireOp.Sync, WireBody.Path("/")), (WireOp.Auth, WireBody.Auth("digest", "a:b")), (WireOp.Create, [])])
        {
            // The touch of an earlier request may still be on its way; the second from now is this one's.
            for (var i = 0; i < 2; i++)
            {
                var before = wire.Pipeline.State.Sessions.Find(session.Id)!.LastTouchMs;
                await client.CallAsync(type, body);
                await RunningPipeline.UntilAsync(
                    () => wire.Pipeline.State.Sessions.Find(session.Id)!.LastTouchMs > before, "it is touched");
            }
        }
    }

    [Fact]
    public async Task Section_13_40_Losing_the_connection_takes_no_ephemerals()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        await client.CreateAsync("/e", flags: 1).SucceedsAsync();
        await client.DisposeAsync();
        await RunningPipeline.UntilAsync(() => wire.OpenConnections == 0, "the connection is gone");

        var other = await wire.OpenAsync();
        Assert.Equal(0, (await other.ExistsAsync("/e")).Error);
        var again = await wire.OpenAsync(client.Again());
        await again.CallAsync(WireOp.CloseSession).SucceedsAsync();
        Assert.Equal(-101, (await other.ExistsAsync("/e")).Error);
    }

    [Fact]
    public async Task Section_13_41_All_ephemerals_of_a_closing_session_go_under_one_zxid_before_its_reply()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        var watcher = await wire.OpenAsync();
        string[] paths = ["/a", "/b", "/c"];
        foreach (var path in paths)
        {
            await client.CreateAsync(path, flags: 1).SucceedsAsync();
        }

        await watcher.AddWatchAsync("/", 1).SucceedsAsync();
        var closed = await client.CallAsync(WireOp.CloseSession);
        Assert.Equal(0, closed.Error);
        Assert.Null(await client.ReceiveFrameAsync());
        foreach (var path in paths)
        {
            var told = await watcher.ReceiveAsync();
            Assert.Equal((closed.Zxid, new WireEvent(2, 3, path)), (told!.Zxid, told.Event));
        }
    }

    [Theory]
    [InlineData(true, 37)]
    [InlineData(false, 36)]
    public async Task Section_13_55_The_answer_has_its_last_byte_only_if_the_client_sent_its_own(bool has, int bytes)
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = wire.Connect().Client;
        await client.SendAsync(WireClient.Frame(new Handshake { HasReadOnly = has }.ToArray()));
        Assert.Equal(bytes, (await client.ReceiveFrameAsync())!.Length);
    }
}
