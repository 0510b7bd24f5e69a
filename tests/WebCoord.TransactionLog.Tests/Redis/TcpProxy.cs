using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>Stands between a client and a server, to cut their connections or to keep what a client sends and deliver
/// it later, even after the client has gone: as a network may.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly List<Socket> _sockets = [];
    private readonly int _target;
    private readonly Task _accepting;
    private TaskCompletionSource? _hold;
    private readonly TaskCompletionSource _muted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _holds;
    private int _held;

    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect instead.</summary>
    public string Endpoint => _listener.LocalEndpoint.ToString()!;

    /// <summary>How long answers are on their way.</summary>
    public TimeSpan AnswersTake { get; init; }

    /// <summary>Bytes that are kept.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Once a client has sent this text, no answer reaches anyone any more.</summary>
    public string? MutingText { get; set; }

    /// <summary>Completes once a client has sent that text.</summary>
    public Task Muted => _muted.Task;

    /// <summary>Keeps what comes from the clients that are connected now; new connections are not concerned.</summary>
    public void Hold()
    {
        lock (_lock)
        {
            _hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _holds++;
        }
    }

    /// <summary>Delivers what was kept.</summary>
    public void Release() => _hold!.SetResult();

    /// <summary>Ends all connections.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            foreach (var socket in _sockets)
            {
                socket.Dispose();
            }

            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Cut();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                lock (_lock)
                {
                    _sockets.AddRange([client, server]);
                }

                await server.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
                var born = Volatile.Read(ref _holds);
                _ = ForwardAsync(client, server, sent =>
                {
                    MuteAfter(sent);
                    return WaitAsync(born);
                });
                _ = ForwardAsync(server, client,
                    _ => Muted.IsCompleted ? Task.Delay(Timeout.Infinite, _stopping.Token) : Task.Delay(AnswersTake));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped, or the target is not there: then there is nothing to forward to.
        }
    }

    private async Task ForwardAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, Task> wait)
    {
        var buffer = new byte[64 << 10];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer, SocketFlags.None)) > 0;)
            {
                Interlocked.Add(ref _held, read);
                await wait(buffer.AsMemory(0, read));
                Interlocked.Add(ref _held, -read);
                await to.SendAsync(buffer.AsMemory(0, read), SocketFlags.None);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            to.Dispose();
        }
    }

    private void MuteAfter(ReadOnlyMemory<byte> sent)
    {
        if (MutingText is { } text && Encoding.UTF8.GetString(sent.Span).Contains(text, StringComparison.Ordinal))
        {
            _muted.TrySetResult();
        }
    }

    private Task WaitAsync(int born)
    {
        lock (_lock)
        {
            return born < _holds ? _hold!.Task : Task.CompletedTask;
        }
    }
}
