using System.Security.Cryptography;
using WebCoord.Server.Tests.Pipeline;

namespace WebCoord.Server.Tests.Wire;

/// <summary>Section 1: frames, the handshake, xids and zxids. The encoding is in <see cref="RecordTests"/>.</summary>
public sealed class Section01Tests
{
    /// <summary>Requests whose body must not be empty.</summary>
    public static TheoryData<int> OpsWithBody =>
    [
        WireOp.Create, WireOp.Delete, WireOp.Exists, WireOp.GetData, WireOp.SetData, WireOp.GetAcl, WireOp.SetAcl,
        WireOp.GetChildren, WireOp.Sync, WireOp.GetChildren2, WireOp.Multi, WireOp.Create2, WireOp.Reconfig,
        WireOp.CheckWatches, WireOp.RemoveWatches, WireOp.CreateContainer, WireOp.CreateTtl, WireOp.MultiRead,
        WireOp.SetWatches, WireOp.GetEphemerals, WireOp.GetAllChildrenNumber, WireOp.SetWatches2, WireOp.AddWatch,
    ];

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(1_048_576)]
    [InlineData(int.MaxValue)]
    public async Task Section_1_1_A_length_that_no_frame_may_have_ends_the_connection_without_a_reply(int length)
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        await client.SendAsync(new BodyWriter().Int(length).ToArray());
        Assert.Null(await client.ReceiveAsync());

        var stranger = wire.Connect().Client;
        await stranger.SendAsync(new BodyWriter().Int(length).ToArray());
        Assert.Null(await stranger.ReceiveAsync());
    }

    [Fact]
    public async Task Section_1_1_The_longest_frame_is_taken_and_the_option_says_how_long_it_is()
    {
        await using var wire = await MemoryWire.StartAsync("WebCoord:ZooKeeper:MaxFrameBytes=2048");
        var client = await wire.OpenAsync();
        var longest = new byte[2_048 - 8];
        Assert.Equal(0, (await client.CallAsync(WireOp.Ping, longest)).Error);

        await client.SendAsync(WireClient.Request(9, WireOp.Ping, [.. longest, 0]));
        Assert.Null(await client.ReceiveAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task Section_1_1_A_frame_too_short_for_a_header_ends_the_connection(int length)
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        await client.SendAsync(WireClient.Frame(new byte[length]));
        Assert.Null(await client.ReceiveAsync());
    }

    [Theory]
    [MemberData(nameof(OpsWithBody))]
    public async Task Section_1_1_A_body_that_cannot_be_read_is_an_error_and_the_connection_stays(int type)
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        var tooShort = new BodyWriter().Int(9).Raw("/"u8).ToArray();
        foreach (var body in (byte[][])[[], new byte[2], tooShort, [0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 0, 0]])
        {
            var reply = await client.CallAsync(type, body);
            Assert.Equal((-5, 0), (reply.Error, reply.Body.Length));
        }

        Assert.Equal(0, (await client.PingAsync()).Error);
    }

    [Fact]
    public async Task Section_1_1_What_follows_a_record_in_its_frame_is_ignored()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = wire.Connect().Client;
        await client.SendAsync(WireClient.Frame([.. new Handshake().ToArray(), 1, 2, 3]));
        Assert.True(HandshakeAnswer.Read((await client.ReceiveFrameAsync())!).IsValid);

        Assert.Equal(0, (await client.CallAsync(WireOp.Create, [.. WireBody.Create("/a"), 9])).Error);
        Assert.Equal(0, (await client.CallAsync(WireOp.GetData, [.. WireBody.Read("/a"), 9])).Error);
        Assert.Equal(0, (await client.CallAsync(WireOp.GetData, [.. WireBody.Read("/a", true), 9])).Error);
        Assert.Equal(0, (await client.CallAsync(WireOp.Ping, 0xFF)).Error);
    }

    [Fact]
    public async Task Section_1_2_Any_byte_but_zero_is_true()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        var body = WireBody.Read("/a", watch: true);
        body[^1] = 0x80;
        await client.CallAsync(WireOp.Exists, body);
        await client.CreateAsync("/a").SucceedsAsync();
        Assert.Single(client.Events);
    }

    [Theory]
    [InlineData(true, 37)]
    [InlineData(false, 36)]
    public async Task Section_1_4_The_answer_has_the_last_byte_only_if_the_request_has_it(bool hasByte, int length)
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = wire.Connect().Client;
        var request = new Handshake { HasReadOnly = hasByte, ReadOnly = true, ProtocolVersion = 3 };
        Assert.Equal(hasByte ? 45 : 44, request.ToArray().Length);
        await client.SendAsync(WireClient.Frame(request.ToArray()));
        var frame = await client.ReceiveFrameAsync();

        Assert.Equal(length, frame!.Length);
        var answer = HandshakeAnswer.Read(frame);
        Assert.Equal((0, 16), (answer.ProtocolVersion, answer.Password!.Length));
        Assert.NotEqual(0, answer.SessionId);
        Assert.NotEqual(new byte[16], answer.Password);
        Assert.Equal(hasByte ? false : null, answer.ReadOnly);
    }

    [Fact]
    public async Task Section_1_4_Requests_may_follow_the_connect_request_at_once()
    {
        var log = GatedLog.InMemory();
        await using var wire = await MemoryWire.StartAsync(log);
        var client = wire.Connect().Client;
        log.Close();
        await client.SendAllAsync(
            WireClient.Frame(new Handshake().ToArray()),
            WireClient.Request(1, WireOp.Create, WireBody.Create("/a")),
            WireClient.Request(2, WireOp.Exists, WireBody.Read("/a")));
        log.Open();

        Assert.True(HandshakeAnswer.Read((await client.ReceiveFrameAsync())!).IsValid);
        Assert.Equal((1, 0), Brief(await client.ReceiveAsync()));
        Assert.Equal((2, 0), Brief(await client.ReceiveAsync()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(43)]
    public async Task Section_1_4_A_connect_request_that_cannot_be_read_ends_the_connection(int length)
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = wire.Connect().Client;
        await client.SendAsync(WireClient.Frame(new Handshake().ToArray().AsSpan(0, length)));
        Assert.Null(await client.ReceiveFrameAsync());
    }

    [Fact]
    public async Task Section_1_4_An_address_has_only_so_many_connections()
    {
        await using var wire = await MemoryWire.StartAsync("WebCoord:ZooKeeper:MaxConnectionsPerAddress=2");
        var first = await wire.OpenAsync();
        var second = wire.Connect();
        await RunningPipeline.UntilAsync(() => wire.OpenConnections == 2, "both are counted");
        Assert.Null(await wire.Connect().Client.ReceiveFrameAsync());
        Assert.Equal(0, (await first.PingAsync()).Error);

        await second.Client.DisposeAsync();
        await RunningPipeline.UntilAsync(() => wire.OpenConnections == 1, "one is gone");
        await wire.OpenAsync();
    }

    [Fact]
    public async Task Section_1_4_A_connection_that_asks_for_no_session_is_dropped_after_ten_seconds()
    {
        var time = new ManualTime();
        await using var wire = await MemoryWire.StartAsync(GatedLog.InMemory(), time);
        var silent = wire.Connect();
        var slow = wire.Connect();
        await slow.Client.SendAsync(WireClient.Frame(new Handshake().ToArray()).AsMemory(0, 20));
        var served = await wire.OpenAsync(new Handshake { Timeout = 60_000 });

        for (var i = 0; i < 9; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20);
        }

        Assert.False(silent.Ended.IsCompleted);
        await RunningPipeline.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(0.1));
            return silent.Ended.IsCompleted && slow.Ended.IsCompleted;
        }, "both are dropped");
        Assert.Null(await silent.Client.ReceiveFrameAsync());
        Assert.Null(await slow.Client.ReceiveFrameAsync());
        Assert.Equal(0, (await served.PingAsync()).Error);
    }

    [Fact]
    public async Task Section_1_5_Xids_come_back_as_they_were_sent()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        int[] xids = [1, int.MaxValue, int.MinValue, -2, -4, -8, 0, 1];
        await client.SendAllAsync(xids.Select(xid => WireClient.Request(xid, WireOp.Exists, WireBody.Read("/"))));
        foreach (var xid in xids)
        {
            Assert.Equal((xid, 0), Brief(await client.ReceiveAsync()));
        }
    }

    [Fact]
    public async Task Section_1_5_Auth_setWatches_and_ping_are_answered_without_a_body()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        await client.SendAllAsync(
            WireClient.Request(-4, WireOp.Auth, WireBody.Auth("digest", "a:b")),
            WireClient.Request(-8, WireOp.SetWatches, WireBody.SetWatches(0, [], [], [])),
            WireClient.Request(-8, WireOp.SetWatches2, WireBody.SetWatches(0, [], [], [], [], [])),
            WireClient.Request(-2, WireOp.Ping, []));
        foreach (var xid in (int[])[-4, -8, -8, -2])
        {
            var reply = await client.ReceiveAsync();
            Assert.Equal((xid, 0, 0), (reply!.Xid, reply.Error, reply.Body.Length));
        }
    }

    [Fact]
    public async Task Section_1_6_Each_reply_has_the_zxid_that_is_due()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        var written = await client.CallAsync(WireOp.Create2, WireBody.Create("/a"));
        var body = written.Reader();
        Assert.Equal("/a", body.Text());
        Assert.Equal(written.Zxid, body.Stat().Czxid);

        var failed = await client.CreateAsync("/a");
        Assert.Equal(-110, failed.Error);
        Assert.True(failed.Zxid > written.Zxid);
        foreach (var path in (string[])["/a", "/none"])
        {
            Assert.InRange((await client.GetDataAsync(path)).Zxid, failed.Zxid, wire.Pipeline.State.LastZxid.Value);
        }

        Assert.InRange((await client.PingAsync()).Zxid, failed.Zxid, wire.Pipeline.State.LastZxid.Value);
        Assert.Equal(0, (await client.AuthAsync("digest", "a:b")).Zxid);
        Assert.Equal((-6, -1L), await client.CallAsync(999) is var unknown ? (unknown.Error, unknown.Zxid) : default);
    }

    [Fact]
    public async Task Section_1_6_A_notification_has_the_zxid_of_its_change()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        var writer = await wire.OpenAsync();
        await client.ExistsAsync("/a", watch: true);
        var created = await writer.CreateAsync("/a");
        Assert.Equal((-1, created.Zxid, 0), await client.ReceiveAsync() is { } told
            ? (told.Xid, told.Zxid, told.Error)
            : default);
    }

    [Fact]
    public async Task The_passwords_of_sessions_are_not_alike()
    {
        await using var wire = await MemoryWire.StartAsync();
        var first = await wire.OpenAsync();
        var second = await wire.OpenAsync();
        Assert.NotEqual(first.Session!.SessionId, second.Session!.SessionId);
        Assert.False(CryptographicOperations.FixedTimeEquals(first.Session.Password, second.Session.Password));
    }

    private static (int Xid, int Error)? Brief(WireMessage? reply) => reply is null ? null : (reply.Xid, reply.Error);
}
