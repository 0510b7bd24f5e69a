using System.Buffers;
using System.IO.Pipelines;
using WebCoord.Server.Wire;

namespace WebCoord.Server.Tests.Wire;

/// <summary>How a client's bytes are cut on their way makes no difference: a session's worth of requests gets the same
/// replies however they arrive.</summary>
public sealed class SplitFrameTests
{
    /// <summary>The reader runs on the thread that writes, so that each piece is looked at before the next comes.
    /// </summary>
    private static readonly PipeOptions Inline = new(readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);

    private const int Stride = 97;

    /// <summary>The places of events are noted apart from those of replies.</summary>
    private const int EventPlaces = 1_000;

    [Fact]
    public async Task A_sessions_frames_may_be_cut_at_every_byte()
    {
        await using var wire = await MemoryWire.StartAsync("WebCoord:ZooKeeper:MaxConnectionsPerAddress=0");
        var length = Requests(0).Length;
        var expected = await RunAsync(wire, Inline, 0, length);

        // In each run the cuts are a stride apart; together the runs cut between every two bytes.
        for (var first = 1; first <= Stride; first++)
        {
            int[] pieces = [first, .. Enumerable.Repeat(Stride, (length - first) / Stride), (length - first) % Stride];
            var replies = await RunAsync(wire, Inline, first, pieces);
            Assert.True(expected.SequenceEqual(replies), $"first cut at {first}: {string.Join(", ", replies)}");
        }
    }

    [Fact]
    public async Task A_sessions_frames_may_come_byte_by_byte()
    {
        await using var wire = await MemoryWire.StartAsync();
        var length = Requests(0).Length;
        var expected = await RunAsync(wire, Inline, 0, length);

        Assert.Equal(expected, await RunAsync(wire, Inline, 1, [.. Enumerable.Repeat(1, length)]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(13)]
    [InlineData(64)]
    public async Task All_frames_of_a_session_may_lie_in_segments_of_any_size(int segment)
    {
        await using var wire = await MemoryWire.StartAsync();
        var length = Requests(0).Length;
        var expected = await RunAsync(wire, Inline, 0, length);

        using var pool = new SmallBlocks(segment);
        var segmented = new PipeOptions(pool, minimumSegmentSize: segment, useSynchronizationContext: false);
        Assert.Equal(expected, await RunAsync(wire, segmented, 1, length));
    }

    [Fact]
    public void A_frame_is_found_wherever_the_buffer_is_cut()
    {
        var frames = new FrameReader(maxFrameBytes: 100);
        byte[] bytes = [.. WireClient.Frame([1, 2, 3, 4, 5]), .. WireClient.Frame([6])];
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var buffer = Cut(bytes, cut);
            Assert.True(frames.TryRead(buffer, out var first, out var rest));
            Assert.Equal([1, 2, 3, 4, 5], first.ToArray());
            Assert.True(frames.TryRead(rest, out var second, out var end));
            Assert.Equal([6], second.ToArray());
            Assert.True(end.IsEmpty);
            Assert.False(frames.TryRead(buffer.Slice(0, Math.Min(cut, 8)), out _, out _));
        }

        frames.Release();
    }

    [Theory]
    [InlineData(101)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void A_length_that_no_frame_may_have_is_malformed_before_the_frame_is_there(int length)
    {
        var frames = new FrameReader(maxFrameBytes: 100);
        var buffer = new ReadOnlySequence<byte>(new BodyWriter().Int(length).ToArray());
        Assert.Throws<MalformedRequestException>(() => frames.TryRead(buffer, out _, out _));
    }

    /// <summary>A handshake, and requests of every kind behind it at once; the paths have the same length in every run.
    /// </summary>
    private static byte[] Requests(int run)
    {
        var path = $"/run{run:D8}";
        List<(int Xid, int Type, byte[] Body)> requests =
        [
            (-4, WireOp.Auth, WireBody.Auth("digest", "user:pass")),
            (1, WireOp.Exists, WireBody.Read(path, watch: true)),
            (2, WireOp.Create, WireBody.Create(path, WireCalls.Hi)),
            (3, WireOp.GetData, WireBody.Read(path)),
            (4, WireOp.GetChildren2, WireBody.Read(path, watch: true)),
            (-2, WireOp.Ping, []),
            (5, WireOp.SetData, WireBody.SetData(path, [], version: 0)),
            (6, WireOp.SetData, WireBody.SetData(path, [], version: 0)),
            (7, WireOp.Multi, WireBody.Multi([
                (WireOp.Create2, WireBody.Create(path + "/a")),
                (WireOp.Delete, WireBody.PathAndVersion(path + "/a"))])),
            (8, WireOp.Sync, WireBody.Path(path)),
            (9, WireOp.GetAcl, WireBody.Path(path)),
            (10, WireOp.SetAcl, WireBody.SetAcl(path, [new WireAcl(31, "auth", null)])),
            (11, WireOp.GetAcl, WireBody.Path(path)),
            (12, WireOp.Create, []),
            (13, WireOp.Delete, WireBody.PathAndVersion(path)),
            (14, WireOp.CloseSession, []),
        ];
        return [.. WireClient.Frame(new Handshake().ToArray()), .. requests.SelectMany(request =>
            WireClient.Request(request.Xid, request.Type, request.Body))];
    }

    /// <summary>Sends the requests in pieces and tells of every reply that comes back until the server closes: its xid,
    /// its error and how long its body is. The two events are between the reply that armed the watch and that of the
    /// write; where exactly depends on which writes share a batch of the log.</summary>
    private static async Task<List<string>> RunAsync(MemoryWire wire, PipeOptions pipes, int run, params int[] pieces)
    {
        var client = wire.Connect(pipes).Client;
        var requests = Requests(run);
        var sent = 0;
        foreach (var piece in pieces)
        {
            await client.SendAsync(requests.AsMemory(sent, piece));
            sent += piece;
        }

        Assert.Equal(requests.Length, sent);
        var handshake = await client.ReceiveFrameAsync();
        List<string> replies = [$"handshake: {handshake?.Length} bytes"];
        Dictionary<int, int> places = [];
        while (await client.ReceiveAsync() is { } reply)
        {
            if (reply.IsNotification)
            {
                places[EventPlaces + reply.Event.Type] = replies.Count;
                continue;
            }

            places[reply.Xid] = replies.Count;
            replies.Add($"{reply.Xid}: {reply.Error}, {reply.Body.Length} bytes");
        }

        Assert.InRange(places[EventPlaces + 1], places[1] + 1, places[2]);
        Assert.InRange(places[EventPlaces + 4], places[4] + 1, places[7]);
        return replies;
    }

    private static ReadOnlySequence<byte> Cut(byte[] bytes, int cut)
    {
        var first = new Piece(bytes.AsMemory(0, cut), null);
        var second = new Piece(bytes.AsMemory(cut), first);
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is not null)
            {
                before.Next = this;
                RunningIndex = before.RunningIndex + before.Memory.Length;
            }
        }
    }

    /// <summary>Memory in blocks of one size, however small.</summary>
    private sealed class SmallBlocks(int bytes) : MemoryPool<byte>
    {
        public override int MaxBufferSize => bytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => new Block(bytes);

        protected override void Dispose(bool disposing)
        {
        }

        private sealed class Block(int bytes) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = new byte[bytes];

            public void Dispose()
            {
            }
        }
    }
}
