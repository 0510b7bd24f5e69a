using WebCoord.Core;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;
using WebCoord.Server.Wire;
using WebCoord.Server.Wire.Records;

namespace WebCoord.Server.Tests.Wire;

/// <summary>The golden bytes of section 14: as the server's records read and write them, and as the server itself sends
/// them where a test can choose every number in them.</summary>
public sealed class GoldenBytesTests
{
    private const string ConnectRequestBytes = "0000002d 00000000 0000000000000000 00002710 0000000000000000 00000010 "
        + "00000000000000000000000000000000 00";

    private const string ConnectResponseBytes = "00000025 00000000 00002710 1000123456780000 00000010 "
        + "000102030405060708090a0b0c0d0e0f 00";

    private const string ExpiredBytes = "00000025 00000000 00000000 0000000000000000 00000010 "
        + "00000000000000000000000000000000 00";

    private const string PingBytes = "00000008 fffffffe 0000000b";

    private const string CreateBytes = "00000033 00000001 00000001 000000022f61 000000026869 00000001 0000001f "
        + "00000005776f726c64 00000006616e796f6e65 00000000";

    private const string CreatedBytes = "00000016 00000001 0000000000000002 00000000 000000022f61";

    private const string NodeExistsBytes = "00000010 00000002 0000000000000003 ffffff92";

    private const string DataChangedBytes = "0000001e ffffffff ffffffffffffffff 00000000 00000003 00000003 "
        + "000000022f61";

    private const string FailedMultiBytes = "00000040 00000004 0000000000000005 00000000 ffffffff 00 00000000 00000000 "
        + "ffffffff 00 ffffff9b ffffff9b ffffffff 00 fffffffe fffffffe ffffffff 01 ffffffff";

    [Fact]
    public void The_connect_request_is_read_and_written_as_its_golden_bytes()
    {
        var reader = BodyOf(ConnectRequestBytes);
        var request = ConnectRequest.Read(ref reader);

        Assert.Equal((0, 0L, 10_000, 0L, false), (request.ProtocolVersion, request.LastZxidSeen, request.TimeoutMs,
            request.Session, request.ReadOnly!.Value));
        Assert.Equal(new byte[16], request.Password.AsSpan());
        Assert.Equal(0, reader.Remaining);
        AssertFrame(ConnectRequestBytes, request.Write);
    }

    [Fact]
    public void The_connect_responses_are_read_and_written_as_their_golden_bytes()
    {
        byte[] password = [.. Enumerable.Range(0, 16).Select(number => (byte)number)];
        AssertFrame(ConnectResponseBytes, new ConnectResponse(0, 10_000, 0x1000123456780000, password, false).Write);
        AssertFrame(ExpiredBytes, ConnectResponse.Invalid(readOnly: false).Write);

        var reader = BodyOf(ConnectResponseBytes);
        var response = ConnectResponse.Read(ref reader);
        Assert.Equal((10_000, 0x1000123456780000, false), (response.TimeoutMs, response.Session,
            response.ReadOnly!.Value));
        Assert.Equal(password, response.Password.Span);
    }

    [Fact]
    public void Ping_and_create_are_read_and_written_as_their_golden_bytes()
    {
        var ping = BodyOf(PingBytes);
        var pingHeader = RequestHeader.Read(ref ping);
        Assert.Equal(new RequestHeader(-2, OpCode.Ping), pingHeader);
        AssertFrame(PingBytes, pingHeader.Write);

        var reader = BodyOf(CreateBytes);
        var header = RequestHeader.Read(ref reader);
        var create = CreateRequest.Read(ref reader, hasTtl: false);
        Assert.Equal(new RequestHeader(1, OpCode.Create), header);
        Assert.Equal(("/a", 0), (create.Path, create.Flags));
        Assert.Equal(WireCalls.Hi, create.Data!.Value.Span);
        Assert.Equal(Acl.Open, create.Acl);
        Assert.Equal(0, reader.Remaining);
        AssertFrame(CreateBytes, writer =>
        {
            header.Write(writer);
            create.Write(writer);
        });
    }

    [Fact]
    public void Replies_and_notifications_are_written_as_their_golden_bytes()
    {
        AssertFrame(CreatedBytes, writer =>
        {
            new ReplyHeader(1, 2, ErrorCode.Ok).Write(writer);
            writer.Text("/a");
        });
        AssertFrame(NodeExistsBytes, new ReplyHeader(2, 3, ErrorCode.NodeExists).Write);
        AssertFrame(DataChangedBytes, writer =>
        {
            new ReplyHeader(-1, -1, ErrorCode.Ok).Write(writer);
            new WatcherEvent(WatchEventType.DataChanged, WatcherEvent.Connected, "/a").Write(writer);
        });
        AssertFrame(FailedMultiBytes, writer =>
        {
            new ReplyHeader(4, 5, ErrorCode.Ok).Write(writer);
            foreach (var error in (int[])[0, -101, -2])
            {
                new MultiHeader(OpCode.Error, false, error).Write(writer);
                writer.Int(error);
            }

            MultiHeader.End.Write(writer);
        });
    }

    [Fact]
    public async Task The_server_understands_the_golden_requests_and_answers_with_the_golden_replies()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = wire.Connect().Client;
        await client.SendAsync(Bytes(ConnectRequestBytes));
        var connected = await client.ReceiveFrameAsync();
        var session = HandshakeAnswer.Read(connected!);
        AssertHex(ConnectResponseBytes, connected, (8, session.SessionId), (20, session.Password!));

        await client.SendAsync(Bytes(CreateBytes + PingBytes));
        var created = await client.ReceiveFrameAsync();
        AssertHex(CreatedBytes, created, (4, WireMessage.Read(created!).Zxid));
        var pong = await client.ReceiveFrameAsync();
        AssertHex("00000010 fffffffe 0000000000000000 00000000", pong, (4, WireMessage.Read(pong!).Zxid));

        await client.SendAsync(WireClient.Request(2, WireOp.Create, WireBody.Create("/a")));
        var exists = await client.ReceiveFrameAsync();
        AssertHex(NodeExistsBytes, exists, (4, WireMessage.Read(exists!).Zxid));

        await client.SendAsync(WireClient.Request(4, WireOp.Multi, WireBody.Multi([
            (WireOp.Create, WireBody.Create("/b")), (WireOp.Delete, WireBody.PathAndVersion("/none")),
            (WireOp.Create, WireBody.Create("/c"))])));
        var failed = await client.ReceiveFrameAsync();
        AssertHex(FailedMultiBytes, failed, (4, WireMessage.Read(failed!).Zxid));

        // A catch-up event is the one notification whose zxid is -1.
        await client.SendAsync(WireClient.Request(-8, WireOp.SetWatches, WireBody.SetWatches(0, ["/a"], [], [])));
        AssertHex(DataChangedBytes, await client.ReceiveFrameAsync());
    }

    [Fact]
    public async Task The_server_answers_a_session_that_is_no_more_with_the_golden_bytes()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = wire.Connect().Client;
        await client.SendAsync(WireClient.Frame(new Handshake { SessionId = 0x1000123456780000 }.ToArray()));

        AssertHex(ExpiredBytes, await client.ReceiveFrameAsync());
        Assert.Null(await client.ReceiveFrameAsync());
    }

    private static JuteReader BodyOf(string frame) => new(Bytes(frame).AsSpan(sizeof(int)));

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static void AssertFrame(string expected, Action<JuteWriter> write)
    {
        var writer = new JuteWriter();
        var start = writer.Begin();
        write(writer);
        writer.End(start);
        Assert.Equal(Convert.ToHexStringLower(Bytes(expected)), Convert.ToHexStringLower(writer.Written));
        writer.Release();
    }

    /// <summary>Compares a frame that was received with golden bytes in which some numbers are the server's own to
    /// choose: what the test understood of them goes into the golden bytes.</summary>
    /// <param name="chosen">Where in the payload they are.</param>
    private static void AssertHex(string expected, byte[]? payload, params (int At, object Value)[] chosen)
    {
        var golden = Bytes(expected).AsSpan(sizeof(int)).ToArray();
        foreach (var (at, value) in chosen)
        {
            var bytes = value as byte[] ?? new BodyWriter().Long((long)value).ToArray();
            bytes.CopyTo(golden, at);
        }

        Assert.NotNull(payload);
        Assert.Equal(Convert.ToHexStringLower(WireClient.Frame(golden)),
            Convert.ToHexStringLower(WireClient.Frame(payload)));
    }
}
