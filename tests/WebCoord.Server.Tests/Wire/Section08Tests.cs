using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Server.Tests.Pipeline;

namespace WebCoord.Server.Tests.Wire;

/// <summary>Section 8: sessions, how they begin, how they go over from one connection to another, and how they end.
/// </summary>
public sealed class Section08Tests
{
    private static readonly string[] QuickTicks =
        ["WebCoord:Sessions:TickMs=50", "WebCoord:Sessions:MinTimeoutMs=200"];

    [Fact]
    public async Task Section_8_1_Ids_are_never_zero_and_avoid_the_high_bytes_that_mean_something_else()
    {
        await using var wire = await MemoryWire.StartAsync();
        HashSet<long> ids = [];
        for (var i = 0; i < 20; i++)
        {
            var client = await wire.OpenAsync();
            Assert.True(ids.Add(client.Session!.SessionId));
            Assert.NotEqual(0, client.Session.SessionId);
            Assert.NotEqual(0xFF, client.Session.SessionId >>> 56);
            Assert.NotEqual(0x80, client.Session.SessionId >>> 56);
            Assert.Equal(16, client.Session.Password!.Length);
        }
    }

    [Fact]
    public async Task Section_8_1_After_a_restart_sessions_live_on_with_their_ephemerals()
    {
        var log = GatedLog.InMemory();
        WireClient before;
        await using (var first = await MemoryWire.StartAsync(log))
        {
            before = await first.OpenAsync();
            await before.CreateAsync("/e", flags: 1).SucceedsAsync();
        }

        await using var second = await MemoryWire.StartAsync(log);
        var after = await second.OpenAsync(before.Again());
        Assert.Equal(before.Session!.SessionId, after.Session!.SessionId);
        Assert.Equal(before.Session.Password, after.Session.Password);
        Assert.Equal(after.Session.SessionId, (await after.StatAsync("/e")).EphemeralOwner);
    }

    [Theory]
    [InlineData(0, 2_000)]
    [InlineData(-1, 2_000)]
    [InlineData(1_999, 2_000)]
    [InlineData(2_001, 2_001)]
    [InlineData(60_000, 60_000)]
    [InlineData(int.MaxValue, 60_000)]
    public async Task Section_8_2_The_timeout_is_clamped_anew_with_every_connection(int asked, int agreed)
    {
        await using var wire = await MemoryWire.StartAsync();
        var first = await wire.OpenAsync(new Handshake { Timeout = asked });
        Assert.Equal(agreed, first.Session!.Timeout);

        var other = await wire.OpenAsync(new Handshake { Timeout = 10_000 });
        var again = await wire.OpenAsync(other.Again() with { Timeout = asked });
        Assert.Equal(agreed, again.Session!.Timeout);
    }

    [Fact]
    public async Task Section_8_2_Every_request_keeps_the_session_alive_and_silence_ends_it()
    {
        await using var wire = await MemoryWire.StartAsync(QuickTicks);
        var silent = wire.Connect();
        await silent.Client.HandshakeAsync(new Handshake { Timeout = 1_000 });
        await silent.Client.CreateAsync("/silent", flags: 1).SucceedsAsync();
        var reader = await wire.OpenAsync(new Handshake { Timeout = 1_000 });
        var pinger = await wire.OpenAsync(new Handshake { Timeout = 1_000 });
        for (var i = 0; i < 1_500 && !silent.Ended.IsCompleted; i++)
        {
            await reader.GetDataAsync("/").SucceedsAsync();
            await pinger.PingAsync().SucceedsAsync();
            await Task.Delay(20);
        }

        Assert.Null(await silent.Client.ReceiveFrameAsync());
        Assert.Equal(-101, (await reader.ExistsAsync("/silent")).Error);
        Assert.Equal(0, (await pinger.PingAsync()).Error);
    }

    [Fact]
    public async Task Section_8_3_A_ping_trails_the_requests_before_it()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        wire.Log.Close();
        await client.SendAllAsync(WireClient.Request(1, WireOp.Create, WireBody.Create("/a")),
            WireClient.Request(-2, WireOp.Ping, []), WireClient.Request(2, WireOp.Create, WireBody.Create("/b")));
        wire.Log.Open();
        foreach (var xid in (int[])[1, -2, 2])
        {
            Assert.Equal(xid, (await client.ReceiveAsync())!.Xid);
        }
    }

    [Fact]
    public async Task Section_8_4_A_client_ahead_of_the_server_is_closed_without_a_reply()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        var seen = (await client.CreateAsync("/a")).Zxid;
        foreach (var handshake in (Handshake[])[new(), client.Again()])
        {
            var ahead = wire.Connect().Client;
            Assert.Null(await ahead.HandshakeAsync(handshake with { LastZxidSeen = seen + 1_000_000 }));
        }

        // Neither was the session taken over.
        Assert.Equal(0, (await client.PingAsync()).Error);
        await wire.OpenAsync(new Handshake { LastZxidSeen = seen });
    }

    [Fact]
    public async Task Section_8_4_A_session_goes_over_to_a_new_connection_and_the_old_one_is_closed()
    {
        await using var wire = await MemoryWire.StartAsync();
        var old = await wire.OpenAsync();
        await old.CreateAsync("/e", flags: 1).SucceedsAsync();
        await old.AuthAsync("digest", "a:b").SucceedsAsync();
        await old.AddWatchAsync("/", 1).SucceedsAsync();

        var again = await wire.OpenAsync(old.Again() with { Timeout = 5_000 });
        Assert.Equal((old.Session!.SessionId, 5_000), (again.Session!.SessionId, again.Session.Timeout));
        Assert.Equal(old.Session.Password, again.Session.Password);
        Assert.Null(await old.ReceiveFrameAsync());

        // The new connection has neither the watches nor the credentials of the old one, but all of the session.
        await again.CreateAsync("/f", flags: 1).SucceedsAsync();
        Assert.Empty(await again.EventsAsync());
        var who = (await again.CallAsync(WireOp.WhoAmI)).Reader();
        Assert.Equal([("ip", "127.0.0.1")], who.List(() => (who.Text(), who.Text())));
        Assert.Equal(["/e", "/f"],
            (await again.CallAsync(WireOp.GetEphemerals, WireBody.Path("/"))).Reader().Texts()!.Order());
    }

    [Fact]
    public async Task Section_8_4_Who_does_not_know_the_password_is_told_that_the_session_expired_and_disturbs_nobody()
    {
        await using var wire = await MemoryWire.StartAsync();
        var owner = await wire.OpenAsync();
        foreach (var password in (byte[]?[])[new byte[16], new byte[15], [], null, new byte[17]])
        {
            await AssertExpiredAsync(wire, owner.Again() with { Password = password });
        }

        Assert.Equal(0, (await owner.PingAsync()).Error);
    }

    [Fact]
    public async Task Section_8_4_Sessions_unknown_or_closed_have_expired()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        await client.CallAsync(WireOp.CloseSession).SucceedsAsync();
        await AssertExpiredAsync(wire, client.Again());
        await AssertExpiredAsync(wire, client.Again() with { HasReadOnly = false });
        await AssertExpiredAsync(wire, new Handshake { SessionId = 0x7FFF });
    }

    [Fact]
    public async Task Section_8_5_Closing_removes_session_and_ephemerals_in_one_change_and_then_answers_and_closes()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        var watcher = await wire.OpenAsync();
        await watcher.CreateAsync("/p").SucceedsAsync();
        await watcher.AddWatchAsync("/", 1).SucceedsAsync();
        await watcher.GetChildrenAsync("/p", watch: true).SucceedsAsync();
        await client.ExistsAsync("/p/a", watch: true);

        // A write still on its way belongs to the session too; what comes after the close is never answered.
        wire.Log.Close();
        await client.SendAllAsync(WireClient.Request(1, WireOp.Create, WireBody.Create("/p/a", flags: 1)),
            WireClient.Request(2, WireOp.Create, WireBody.Create("/p/b", flags: 1)),
            WireClient.Request(3, WireOp.CloseSession, []), WireClient.Request(4, WireOp.Ping, []),
            WireClient.Request(5, WireOp.Create, WireBody.Create("/late")));
        wire.Log.Open();
        List<int> xids = [];
        var closedAt = 0L;
        while (await client.ReceiveAsync() is { } reply)
        {
            Assert.Equal(0, reply.Error);
            xids.Add(reply.Xid);
            closedAt = reply.Zxid;
        }

        Assert.Equal([1, 2, 3], xids.Where(xid => xid != -1));
        Assert.Equal(3, xids[^1]);
        Assert.Equal(-101, (await watcher.ExistsAsync("/late")).Error);
        await AssertToldAsync(watcher, closedAt);
    }

    [Fact]
    public async Task Section_8_5_An_expiring_session_closes_its_connection_without_a_word()
    {
        await using var wire = await MemoryWire.StartAsync(QuickTicks);
        var client = await wire.OpenAsync(new Handshake { Timeout = 200 });
        Assert.Null(await client.ReceiveFrameAsync());
        await RunningPipeline.UntilAsync(() => wire.Pipeline.State.Sessions.Count == 0, "the session is gone");
        await AssertExpiredAsync(wire, client.Again());
    }

    [Fact]
    public async Task Section_8_5_Ephemerals_outlive_the_connection_until_the_session_expires()
    {
        await using var wire = await MemoryWire.StartAsync(QuickTicks);
        var watcher = await wire.OpenAsync(new Handshake { Timeout = 60_000 });
        var client = await wire.OpenAsync(new Handshake { Timeout = 1_000 });
        await client.CreateAsync("/e", flags: 1).SucceedsAsync();
        await watcher.ExistsAsync("/e", watch: true).SucceedsAsync();
        await client.DisposeAsync();
        await RunningPipeline.UntilAsync(() => wire.OpenConnections == 1, "the connection is gone");

        Assert.Equal(0, (await watcher.ExistsAsync("/e")).Error);
        Assert.Equal(new WireEvent(2, 3, "/e"), (await watcher.ReceiveAsync())!.Event);
    }

    [Fact]
    public async Task Section_8_6_A_request_of_a_session_that_moved_away_closes_the_connection_without_a_reply()
    {
        await using var wire = await MemoryWire.StartAsync();
        foreach (var request in (byte[][])[
            WireClient.Request(1, WireOp.Create, WireBody.Create("/a")),
            WireClient.Request(1, WireOp.GetData, WireBody.Read("/")),
            WireClient.Request(1, WireOp.GetData, WireBody.Read("/", watch: true)),
            WireClient.Request(-2, WireOp.Ping, [])])
        {
            var client = await wire.OpenAsync();
            var moved = await wire.Pipeline.SubmitAsync(new Command.AttachSession(
                new SessionId(client.Session!.SessionId), client.Session.Password, 10_000, new SessionOwner(77, 1)));
            Assert.True(moved.Succeeded);
            await client.SendAsync(request);
            Assert.Null(await client.ReceiveFrameAsync());
        }

        Assert.Equal(-101, (await (await wire.OpenAsync()).ExistsAsync("/a")).Error);
    }

    [Fact]
    public async Task Section_8_7_A_client_that_would_do_with_reading_is_told_that_it_may_write()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync(new Handshake { ReadOnly = true });
        Assert.False(client.Session!.ReadOnly);
        await client.CreateAsync("/a").SucceedsAsync();
    }

    /// <summary>Of /p/a and /p/b: created each by its own change, deleted by the one that closed the session; the
    /// parent's one-shot child watch fired once.</summary>
    private static async Task AssertToldAsync(WireClient watcher, long closedAt)
    {
        await watcher.PingAsync().SucceedsAsync();
        List<(int Type, string? Path)> told = [.. watcher.Events.Select(told => (told.Type, told.Path))];
        Assert.Equal([(1, "/p/a"), (1, "/p/b"), (2, "/p/a"), (2, "/p/b"), (4, "/p")], told.Order());
        Assert.Equal(closedAt, (await watcher.StatAsync("/p")).Pzxid);
    }

    private static async Task AssertExpiredAsync(MemoryWire wire, Handshake handshake)
    {
        var client = wire.Connect().Client;
        await client.SendAsync(WireClient.Frame(handshake.ToArray()));
        var answer = await client.ReceiveFrameAsync();
        Assert.Equal(new BodyWriter().Int(0).Int(0).Long(0).Buffer(new byte[16])
            .Raw(handshake.HasReadOnly ? [0] : []).ToArray(), answer);
        Assert.Null(await client.ReceiveFrameAsync());
    }
}
