using Xunit.Abstractions;

namespace WebCoord.Server.Tests.Wire;

/// <summary>The order of what one connection is sent: sections 7.5 and 11.1, also while others write.</summary>
public sealed class OrderTests(ITestOutputHelper output)
{
    private const int Nodes = 4;

    [Fact]
    public async Task Section_11_1_A_read_waits_for_the_writes_before_it_and_sees_them()
    {
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        wire.Log.Close();
        await client.SendAllAsync(
            WireClient.Request(1, WireOp.GetData, WireBody.Read("/zookeeper")),
            WireClient.Request(2, WireOp.Create, WireBody.Create("/a", WireCalls.Hi)),
            WireClient.Request(3, WireOp.GetData, WireBody.Read("/a")),
            WireClient.Request(4, WireOp.Exists, WireBody.Read("/a", watch: true)),
            WireClient.Request(5, WireOp.Delete, WireBody.PathAndVersion("/a")),
            WireClient.Request(6, WireOp.Exists, WireBody.Read("/a")));
        Assert.Equal((1, 0), Brief(await client.ReceiveAsync()));
        wire.Log.Open();

        Assert.Equal((2, 0), Brief(await client.ReceiveAsync()));
        var read = await client.ReceiveAsync();
        Assert.Equal(3, read!.Xid);
        Assert.Equal(WireCalls.Hi, read.Reader().Buffer());
        Assert.Equal((4, 0), Brief(await client.ReceiveAsync()));
        Assert.Equal(new WireEvent(2, 3, "/a"), (await client.ReceiveAsync())!.Event);
        Assert.Equal((5, 0), Brief(await client.ReceiveAsync()));
        Assert.Equal((6, -101), Brief(await client.ReceiveAsync()));
    }

    [Fact]
    public async Task Section_11_1_A_reading_connection_does_not_wait_for_the_writes_of_others()
    {
        await using var wire = await MemoryWire.StartAsync();
        var writer = await wire.OpenAsync();
        var reader = await wire.OpenAsync();
        wire.Log.Close();
        await writer.SendAsync(WireClient.Request(1, WireOp.Create, WireBody.Create("/a")));
        Assert.Equal(-101, (await reader.ExistsAsync("/a")).Error);
        Assert.Equal(0, (await reader.CallAsync(WireOp.Sync, WireBody.Path("/"))).Error);
        wire.Log.Open();
        Assert.Equal((1, 0), Brief(await writer.ReceiveAsync()));
        Assert.Equal(0, (await reader.ExistsAsync("/a")).Error);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(null)]
    public async Task Section_11_1_Requests_of_all_kinds_are_answered_in_order_and_failures_keep_their_place(int? of)
    {
        var seed = of ?? Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var wire = await MemoryWire.StartAsync();
        var client = await wire.OpenAsync();
        var requests = new RandomRequests(random, "/own");
        List<byte[]> frames = [WireClient.Request(0, WireOp.Create, WireBody.Create("/own"))];
        List<(int Error, byte[]? Data)> expected = [(0, null)];
        for (var xid = 1; xid < 600; xid++)
        {
            var (type, body, error, data) = requests.Next();
            frames.Add(WireClient.Request(xid, type, body));
            expected.Add((error, data));
        }

        var sending = SendInPiecesAsync(client, [.. frames.SelectMany(frame => frame)], random);
        for (var xid = 0; xid < expected.Count; xid++)
        {
            var reply = await client.ReceiveAsync();
            Assert.Equal((xid, expected[xid].Error), Brief(reply));
            if (expected[xid].Data is { } data)
            {
                Assert.Equal(data, reply!.Reader().Buffer());
            }
        }

        await sending;
    }

    /// <summary>
    /// Readers arm watches as fast as they can while writers change what they watch. Each reader's stream must hold: an
    /// event comes only after the reply of the read that armed its watch; while a watch is armed and unfired, no reply
    /// shows a newer node than the reply that armed it; zxids of events only grow, and no read's reply is older than an
    /// event before it.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public async Task Section_13_06_and_7_5_Events_and_replies_keep_their_order_under_a_storm_of_writes(int? of)
    {
        var seed = of ?? Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        await using var wire = await MemoryWire.StartAsync();
        var setup = await wire.OpenAsync();
        for (var i = 0; i < Nodes; i++)
        {
            await setup.CreateAsync($"/n{i}").SucceedsAsync();
        }

        using var enough = new CancellationTokenSource();
        var writing = await Task.WhenAll(Enumerable.Range(0, 3).Select(async i =>
        {
            var writer = await wire.OpenAsync();
            return WriteAsync(writer, new Random(seed + i), enough.Token);
        }));
        var seen = await Task.WhenAll(Enumerable.Range(0, 3).Select(async i =>
        {
            var reader = await wire.OpenAsync();
            return await ReadAsync(reader, new Random(seed + 10 + i));
        }));
        await enough.CancelAsync();
        await Task.WhenAll(writing);
        output.WriteLine($"events: {string.Join(", ", seen)}");
        Assert.All(seen, events => Assert.NotEqual(0, events));
    }

    private static async Task WriteAsync(WireClient writer, Random random, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var path = $"/n{random.Next(Nodes)}";
            await (random.Next(4) switch
            {
                0 => writer.CreateAsync(path),
                1 => writer.DeleteAsync(path),
                _ => writer.SetDataAsync(path, []),
            });
        }
    }

    /// <summary>Pipelines reads that arm watches, plain reads, and writes of its own; returns the number of events.
    /// </summary>
    private static async Task<int> ReadAsync(WireClient reader, Random random)
    {
        const int Requests = 1_500;
        const int AtOnce = 32;
        var observed = new ObservedWatches();
        var sent = new (int Type, string Path, bool Watch)[Requests];
        for (var next = 0; next < Requests; next += AtOnce)
        {
            List<byte[]> frames = [];
            for (var xid = next; xid < Math.Min(next + AtOnce, Requests); xid++)
            {
                var type = random.Next(8) == 0 ? WireOp.SetData : random.Next(2) == 0 ? WireOp.GetData : WireOp.Exists;
                sent[xid] = (type, $"/n{random.Next(Nodes)}", type != WireOp.SetData && random.Next(2) == 0);
                frames.Add(WireClient.Request(xid, type, type == WireOp.SetData
                    ? WireBody.SetData(sent[xid].Path, [])
                    : WireBody.Read(sent[xid].Path, sent[xid].Watch)));
            }

            await reader.SendAllAsync(frames);
            for (var xid = next; xid < next + frames.Count;)
            {
                var message = await reader.ReceiveAsync();
                Assert.NotNull(message);
                if (message.IsNotification)
                {
                    observed.Told(message);
                    continue;
                }

                Assert.Equal(xid, message.Xid);
                observed.Answered(message, sent[xid].Type, sent[xid].Path, sent[xid].Watch);
                xid++;
            }
        }

        return observed.Events;
    }

    private static async Task SendInPiecesAsync(WireClient client, byte[] bytes, Random random)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            var piece = Math.Min(bytes.Length - sent, random.Next(1, 2_000));
            await client.SendAsync(bytes.AsMemory(sent, piece));
            sent += piece;
        }
    }

    private static (int Xid, int Error)? Brief(WireMessage? reply) => reply is null ? null : (reply.Xid, reply.Error);

    /// <summary>What one connection may conclude from the stream that it is sent.</summary>
    private sealed class ObservedWatches
    {
        /// <summary>By path, while a watch is armed: the zxid of the node's last change when it was, 0 for no node.
        /// </summary>
        private readonly Dictionary<string, long> _armed = [];

        private long _lastEvent;

        public int Events { get; private set; }

        public void Told(WireMessage message)
        {
            Assert.True(_armed.Remove(message.Event.Path!), $"{message.Event} came while nothing was armed");
            Assert.True(message.Zxid >= _lastEvent);
            _lastEvent = message.Zxid;
            Events++;
        }

        public void Answered(WireMessage reply, int type, string path, bool watch)
        {
            if (type == WireOp.SetData)
            {
                Assert.True(reply.Error != 0 || !_armed.TryGetValue(path, out var before) || before > reply.Zxid,
                    "a write was answered before its event");
                return;
            }

            Assert.True(reply.Zxid >= _lastEvent, "a reply is older than an event before it");
            var changed = LastChange(reply, type);
            Assert.True(!_armed.TryGetValue(path, out var known) || known == changed,
                $"the change of {path} at {changed} was seen before its event");
            if (watch && (reply.Error == 0 || type == WireOp.Exists))
            {
                _armed[path] = changed;
            }
        }

        private static long LastChange(WireMessage reply, int type)
        {
            if (reply.Error != 0)
            {
                Assert.Equal(-101, reply.Error);
                return 0;
            }

            var reader = reply.Reader();
            if (type == WireOp.GetData)
            {
                _ = reader.Buffer();
            }

            return reader.Stat().Mzxid;
        }
    }
}
