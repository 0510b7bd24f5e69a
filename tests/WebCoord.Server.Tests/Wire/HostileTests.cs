using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using WebCoord.Server.Tests.Pipeline;
using Xunit.Abstractions;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// What attackers and broken clients send to a real server over real sockets: it does not fall, it forgets them when
/// they are gone, and a client that minds its own business notices nothing.
/// </summary>
public sealed class HostileTests(HostileServer server, ITestOutputHelper output) : IClassFixture<HostileServer>
{
    private const int MaxFrameBytes = 1_048_575;

    /// <summary>All that the server may say (section 6); anything else breaks old clients.</summary>
    private static readonly int[] KnownErrors =
        [0, -5, -6, -8, -101, -102, -103, -108, -110, -111, -114, -121, -123, -125];

    private readonly int _seed = Random.Shared.Next();

    [Fact]
    public async Task Random_bytes_with_and_without_a_handshake_before_them_end_only_their_own_connection()
    {
        await using var bystander = await Bystander.StartAsync(server.Port);
        await ForEachAsync(120, async random =>
        {
            await using var client = random.Next(2) == 0
                ? await WireClient.ConnectAsync(server.Port)
                : await WireClient.OpenAsync(server.Port, new Handshake { Timeout = 2_000 });
            var bytes = new byte[random.Next(1, 5_000)];
            random.NextBytes(bytes);
            if (random.Next(2) == 0)
            {
                // A length that may be, so that the rest is looked at.
                bytes[0] = 0;
                bytes.AsSpan(1, Math.Min(2, bytes.Length - 1)).Clear();
            }

            await SendAndLeaveAsync(client, bytes, random);
        });
    }

    [Fact]
    public async Task Impossible_lengths_close_the_connection_at_once()
    {
        await using var bystander = await Bystander.StartAsync(server.Port);
        foreach (var length in (int[])[-1, int.MinValue, MaxFrameBytes + 1, int.MaxValue])
        {
            await using var stranger = await WireClient.ConnectAsync(server.Port);
            await stranger.SendAsync(new BodyWriter().Int(length).ToArray());
            Assert.Null(await stranger.ReceiveFrameAsync());
            await using var client = await WireClient.OpenAsync(server.Port);
            await client.SendAsync(new BodyWriter().Int(length).ToArray());
            Assert.Null(await client.ReceiveFrameAsync());
        }
    }

    [Fact]
    public async Task The_longest_frame_is_answered_and_many_that_never_end_harm_nobody()
    {
        await using var bystander = await Bystander.StartAsync(server.Port);
        await using var client = await WireClient.OpenAsync(server.Port);
        Assert.Equal(0, (await client.CallAsync(WireOp.Ping, new byte[MaxFrameBytes - 8])).Error);

        var unfinished = WireClient.Frame(new byte[MaxFrameBytes]).AsMemory(0, MaxFrameBytes - 5);
        await ForEachAsync(30, async _ =>
        {
            await using var open = await WireClient.OpenAsync(server.Port, new Handshake { Timeout = 2_000 });
            await open.SendAsync(unfinished);
        });
        Assert.Equal(0, (await client.PingAsync()).Error);
    }

    [Fact]
    public async Task Garbage_in_the_body_of_any_request_is_answered_in_order_with_errors_that_clients_know()
    {
        await using var bystander = await Bystander.StartAsync(server.Port);
        await using (var setup = await WireClient.OpenAsync(server.Port))
        {
            await setup.CreateAsync("/garbage").SucceedsAsync();
        }

        await ForEachAsync(8, async random =>
        {
            await using var client = await WireClient.OpenAsync(server.Port);
            var requests = new GarbageRequests(random);
            const int Requests = 400;
            var sending = client.SendAllAsync(Enumerable.Range(1, Requests).Select(requests.Next));
            for (var xid = 1; xid <= Requests;)
            {
                var message = await client.ReceiveAsync();
                Assert.NotNull(message);
                if (!message.IsNotification)
                {
                    Assert.Equal(xid++, message.Xid);
                    Assert.Contains(message.Error, KnownErrors);
                }
            }

            await sending;
        });
    }

    [Fact]
    public async Task Clients_that_leave_in_the_middle_of_a_frame_or_send_byte_by_byte_are_borne_with()
    {
        await using var bystander = await Bystander.StartAsync(server.Port);
        var session = WireClient.Frame(new Handshake { Timeout = 2_000 }.ToArray())
            .Concat(WireClient.Request(1, WireOp.Create, WireBody.Create("/leaving", new byte[40], flags: 3)))
            .Concat(WireClient.Request(2, WireOp.GetData, WireBody.Read("/"))).ToArray();
        await ForEachAsync(session.Length, async random =>
        {
            await using var client = await WireClient.ConnectAsync(server.Port);
            await client.SendAsync(session.AsMemory(0, random.Next(1, session.Length)));
        });
        await ForEachAsync(10, async random =>
        {
            await using var client = await WireClient.ConnectAsync(server.Port);
            for (var i = 0; i < session.Length; i++)
            {
                await client.SendAsync(session.AsMemory(i, 1));
                await Task.Delay(random.Next(2));
            }

            Assert.True(HandshakeAnswer.Read((await client.ReceiveFrameAsync())!).IsValid);
            Assert.Equal((1, 0), await client.ReceiveAsync() is { } created ? (created.Xid, created.Error) : default);
            Assert.Equal((2, 0), await client.ReceiveAsync() is { } read ? (read.Xid, read.Error) : default);
        });
    }

    /// <summary>Half-open connections come and go twice. What the first time leaves behind may be kept for reuse; what
    /// the second time adds would be a leak.</summary>
    [Fact]
    public async Task Ten_thousand_half_open_connections_come_and_go_without_a_trace()
    {
        const long MaxGrowthBytes = 64L << 20;
        var handles = server.Handles;
        var connections = await server.ConnectionsAsync();
        await using (await Bystander.StartAsync(server.Port))
        {
            var count = AffordableConnections();
            await ComeAndGoAsync(count, connections);
            var memory = server.MemoryBytes;
            await ComeAndGoAsync(count / 2, connections);
            output.WriteLine($"memory: {memory >> 20} MiB, then {server.MemoryBytes >> 20} MiB");
            await RunningPipeline.UntilAsync(() => server.MemoryBytes < memory + MaxGrowthBytes, "memory stays");
        }

        await RunningPipeline.UntilAsync(() => server.Handles <= handles + 20, "the handles are given back");
    }

    private static int AffordableConnections()
    {
        var line = File.ReadLines("/proc/self/limits")
            .Single(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        return int.TryParse(hard, CultureInfo.InvariantCulture, out var limit)
            ? Math.Min(10_000, limit - 2_000)
            : 10_000;
    }

    private async Task ComeAndGoAsync(int count, int connectionsBefore)
    {
        var watch = Stopwatch.StartNew();
        var handshake = WireClient.Frame(new Handshake { Timeout = 2_000 }.ToArray());
        var sockets = new List<Socket>(count);
        try
        {
            for (var i = 0; i < count; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
                {
                    LingerState = new LingerOption(enable: true, seconds: 0),
                };
                sockets.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, server.Port);

                // Nothing at all, a part of a length, a part of a frame, or a session and a part of a request.
                var part = (i % 8) switch { 0 or 1 => 0, 2 or 3 => 3, 7 when i % 64 == 7 => handshake.Length, _ => 30 };
                await socket.SendAsync(handshake.AsMemory(0, part));
            }

            // The system takes connections before the server does; and after ten seconds the server drops those that
            // asked for nothing.
            int open;
            do
            {
                open = await server.ConnectionsAsync();
            }
            while (open <= count && watch.Elapsed < TimeSpan.FromSeconds(9));
            output.WriteLine($"{open} connections after {watch.Elapsed.TotalSeconds:F1} s");
            Assert.True(open > count || watch.Elapsed > TimeSpan.FromSeconds(9));
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        // The bystander's, and the one that asks.
        for (var i = 0; await server.ConnectionsAsync() > connectionsBefore + 1; i++)
        {
            Assert.True(i < 300, "the server still counts connections that are gone");
            await Task.Delay(50);
        }

        output.WriteLine($"gone after {watch.Elapsed.TotalSeconds:F1} s");
    }

    private static async Task SendAndLeaveAsync(WireClient client, byte[] bytes, Random random)
    {
        try
        {
            for (var sent = 0; sent < bytes.Length;)
            {
                var piece = Math.Min(bytes.Length - sent, random.Next(1, 1_500));
                await client.SendAsync(bytes.AsMemory(sent, piece));
                sent += piece;
            }
        }
        catch (IOException)
        {
            // The server has closed the connection already.
        }
    }

    /// <summary>Runs so many attackers, a few at a time, each with numbers of its own that the seed decides.</summary>
    private Task ForEachAsync(int count, Func<Random, Task> attackAsync)
    {
        output.WriteLine($"seed {_seed}");
        return Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (number, _) => await attackAsync(new Random(_seed + number)));
    }
}
