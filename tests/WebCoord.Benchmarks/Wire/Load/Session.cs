using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace WebCoord.Benchmarks.Wire.Load;

/// <summary>A connection with a session of its own, for requests one after the other. Disposing closes the session.
/// </summary>
internal sealed class Session : IDisposable
{
    private const int TimeoutMs = 40_000;
    private const int PasswordLength = 16;
    private const int ResponseLength = 37;

    private readonly byte[] _received = new byte[4096];

    private Session(Socket socket) => Socket = socket;

    /// <summary>Blocking. Whoever makes it otherwise must leave nothing unread when this is disposed.</summary>
    public Socket Socket { get; }

    /// <param name="patience">How long any answer may take; for ever by default.</param>
    /// <exception cref="IOException">The server gave no session.</exception>
    /// <exception cref="SocketException">Nobody listens, or nobody answers.</exception>
    public static Session Open(IPEndPoint address, TimeSpan patience = default)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)patience.TotalMilliseconds,
        };
        var session = new Session(socket);
        try
        {
            socket.Connect(address);
            session.Send(ConnectRequest());
            var response = session.Receive();
            var timeout = BinaryPrimitives.ReadInt32BigEndian(response[4..]);
            return response.Length == ResponseLength && timeout > 0
                ? session
                : throw new IOException($"{address} gave no session.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends one request and waits for its answer, which must be a success.</summary>
    public void Ask(Frame frame)
    {
        Send(frame);
        CheckAnswer(frame);
    }

    public void Send(Frame frame) => Send(frame.Bytes.Span);

    /// <summary>Waits for the answer to what was sent.</summary>
    public void CheckAnswer(Frame frame)
    {
        var answer = Receive();
        var error = BinaryPrimitives.ReadInt32BigEndian(answer[12..]);
        if (error != 0 || answer.Length != frame.ReplyLength)
        {
            throw new InvalidOperationException($"The answer is error {error}, {answer.Length} bytes.");
        }
    }

    /// <summary>Waits for a frame; it is good until the next one.</summary>
    public ReadOnlySpan<byte> Receive()
    {
        ReceiveExactly(_received.AsSpan(0, sizeof(int)));
        var frame = _received.AsSpan(0, BinaryPrimitives.ReadInt32BigEndian(_received));
        ReceiveExactly(frame);
        return frame;
    }

    public void Dispose()
    {
        try
        {
            Socket.Blocking = true;
            Send(Frame.CloseSession());
            while (Socket.Receive(_received) > 0)
            {
                // The server closes after its answer.
            }
        }
        catch (SocketException)
        {
            // It has gone already, and with it the session in time.
        }
        finally
        {
            Socket.Dispose();
        }
    }

    private static byte[] ConnectRequest()
    {
        // Protocol version, last zxid seen, timeout, session, password and the read-only byte: all zero but these two.
        var request = new byte[sizeof(int) + 28 + PasswordLength + 1];
        BinaryPrimitives.WriteInt32BigEndian(request, request.Length - sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(16), TimeoutMs);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(28), PasswordLength);
        return request;
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[Socket.Send(bytes)..];
        }
    }

    private void ReceiveExactly(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = Socket.Receive(bytes);
            bytes = count > 0 ? bytes[count..] : throw new IOException("The server closed the connection.");
        }
    }
}
