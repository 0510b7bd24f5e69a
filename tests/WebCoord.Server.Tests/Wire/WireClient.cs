using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// A raw client of ZooKeeper's protocol over any stream: it sends whatever it is told, well-formed or not, and hands
/// out what comes back in the order of arrival. Every wait has an end: a server that keeps silent fails the test.
/// </summary>
internal sealed class WireClient(Stream stream, int localPort = 0) : IAsyncDisposable
{
    /// <summary>Far longer than any answer takes on a loaded machine.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    private readonly PipeReader _input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
    private int _lastXid;

    /// <summary>By which the server tells this connection from others.</summary>
    public int LocalPort => localPort;

    /// <summary>What the server answered to the handshake.</summary>
    public HandshakeAnswer? Session { get; private set; }

    /// <summary>The notifications that <see cref="CallAsync"/> met on its way, in the order of arrival.</summary>
    public Queue<WireEvent> Events { get; } = new();

    /// <summary>A connection on which nothing was sent yet.</summary>
    public static async Task<WireClient> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new WireClient(new NetworkStream(socket, ownsSocket: true), ((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    /// <summary>A connection with a session.</summary>
    public static async Task<WireClient> OpenAsync(int port, Handshake? handshake = null)
    {
        var client = await ConnectAsync(port);
        var answer = await client.HandshakeAsync(handshake ?? new Handshake());
        Assert.True(answer?.IsValid, $"The server answered the handshake with {answer}.");
        return client;
    }

    /// <summary>A frame: the length and the payload.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> payload)
    {
        var frame = new byte[sizeof(int) + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length);
        payload.CopyTo(frame.AsSpan(sizeof(int)));
        return frame;
    }

    /// <summary>The frame of one request; several of them in one <see cref="SendAsync"/> are pipelined.</summary>
    public static byte[] Request(int xid, int type, ReadOnlySpan<byte> body) =>
        Frame(new BodyWriter().Int(xid).Int(type).Raw(body).ToArray());

    /// <summary>Sends bytes as they are, in one segment where they fit.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(MaxWait);
        await stream.WriteAsync(bytes, limit.Token);
        await stream.FlushAsync(limit.Token);
    }

    /// <summary>Sends the first frame and waits for its answer; null if the server closed instead.</summary>
    public async Task<HandshakeAnswer?> HandshakeAsync(Handshake handshake)
    {
        await SendAsync(Frame(handshake.ToArray()));
        Session = await ReceiveFrameAsync() is { } frame ? HandshakeAnswer.Read(frame) : null;
        return Session;
    }

    /// <summary>Sends a request with the next xid and waits for its reply; notifications before it are kept in
    /// <see cref="Events"/>.</summary>
    public async Task<WireMessage> CallAsync(int type, params byte[] body)
    {
        var xid = ++_lastXid;
        await SendAsync(Request(xid, type, body));
        while (true)
        {
            var message = await ReceiveAsync();
            Assert.NotNull(message);
            if (!message.IsNotification)
            {
                Assert.Equal(xid, message.Xid);
                return message;
            }

            Events.Enqueue(message.Event);
        }
    }

    /// <summary>The next reply or notification; null once the server has closed the connection.</summary>
    public async Task<WireMessage?> ReceiveAsync(TimeSpan? patience = null) =>
        await ReceiveFrameAsync(patience) is { } frame ? WireMessage.Read(frame) : null;

    /// <summary>The payload of the next frame; null once the server has closed the connection. Throws
    /// <see cref="OperationCanceledException"/> when patience ends.</summary>
    public async Task<byte[]?> ReceiveFrameAsync(TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? MaxWait);
        while (true)
        {
            ReadResult result;
            try
            {
                result = await _input.ReadAsync(limit.Token);
            }
            catch (IOException)
            {
                // The server reset the connection.
                return null;
            }

            if (TryTakeFrame(result.Buffer, out var payload))
            {
                return payload;
            }

            if (result.IsCompleted)
            {
                Assert.True(result.Buffer.IsEmpty, $"The connection ended {result.Buffer.Length} bytes into a frame.");
                return null;
            }
        }
    }

    /// <summary>All that the server sends until it closes, without regard to frames: the answer to a four-letter word.
    /// </summary>
    public async Task<byte[]> ReceiveToEndAsync(TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? MaxWait);
        using var bytes = new MemoryStream();
        await _input.CopyToAsync(bytes, limit.Token);
        return bytes.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _input.CompleteAsync();
        await stream.DisposeAsync();
    }

    private bool TryTakeFrame(ReadOnlySequence<byte> buffer, out byte[]? payload)
    {
        payload = null;
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadBigEndian(out int length) || reader.Remaining < length)
        {
            _input.AdvanceTo(buffer.Start, buffer.End);
            return false;
        }

        payload = buffer.Slice(sizeof(int), length).ToArray();
        _input.AdvanceTo(buffer.GetPosition(sizeof(int) + length));
        return true;
    }
}
