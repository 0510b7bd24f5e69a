using System.Net;
using System.Net.Sockets;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Scaleout.Tests.Guide;

/// <summary>Three servers in the places of instances that take a request and then break the connection, as one does
/// that dies in the midst of it.</summary>
internal sealed class DeafInstances : IAsyncDisposable
{
    private readonly List<TcpListener> _listeners = [];
    private readonly Task[] _serving;
    private int _requests;

    public DeafInstances()
    {
        for (var number = 1; number <= ScaledService.Instances; number++)
        {
            var listener = new TcpListener(IPAddress.Loopback, (Ports * 10) + number);
            listener.Start();
            _listeners.Add(listener);
        }

        _serving = [.. _listeners.Select(ServeAsync)];
    }

    /// <summary>Their ports without the last digit.</summary>
    public int Ports { get; } = FreePort.NextTen();

    /// <summary>Requests that any of them was sent.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }

        await Task.WhenAll(_serving);
    }

    private async Task ServeAsync(TcpListener listener)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync();
                if (await client.GetStream().ReadAsync(buffer) > 0)
                {
                    Interlocked.Increment(ref _requests);
                }
            }
            catch (IOException)
            {
                // Who came has gone again.
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
