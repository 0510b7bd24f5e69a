using System.Net;
using System.Net.Sockets;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// Stands between clients and a server, on a free loopback port, and disturbs what goes through: it cuts all
/// connections and refuses new ones, or holds them, open but with nothing passing, until it is told to resume.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private volatile IPEndPoint _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _lock = new();
    private readonly HashSet<TcpClient> _open = [];
    private readonly HashSet<Task> _connections = [];
    private readonly Task _accepting;
    private TaskCompletionSource _passage = OpenPassage();
    private bool _isCut;

    /// <param name="target">The port of the server, on the same machine.</param>
    public TcpProxy(int target)
    {
        _target = new IPEndPoint(IPAddress.Loopback, target);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Breaks every connection at once; new ones are closed as soon as they come.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            _isCut = true;
            _passage.TrySetResult();
            foreach (var client in _open)
            {
                // Without lingering: both ends see a reset, as after the death of a machine in between.
                client.Client.Close(0);
            }

            _open.Clear();
        }
    }

    /// <summary>Breaks every connection; new ones go to another server.</summary>
    /// <param name="target">Its port, on the same machine.</param>
    public void Redirect(int target)
    {
        Cut();
        _target = new IPEndPoint(IPAddress.Loopback, target);
        Resume();
    }

    /// <summary>Passes nothing on any more, not even that an end has closed; connections stay open.</summary>
    public void Hold()
    {
        lock (_lock)
        {
            if (_passage.Task.IsCompleted)
            {
                _passage = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Passes on what was held, and lets new connections through again.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            _isCut = false;
            _passage.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        _listener.Dispose();
        await _accepting;
        Task[] connections;
        lock (_lock)
        {
            connections = [.. _connections];
        }

        await Task.WhenAll(connections);
    }

    private static TaskCompletionSource OpenPassage()
    {
        var passage = new TaskCompletionSource();
        passage.SetResult();
        return passage;
    }

    /// <summary>Whether an exception says that a connection has ended, by its other end or by a cut in the midst of
    /// whatever is done with it.</summary>
    private static bool IsBroken(Exception exception) =>
        exception is IOException or SocketException or InvalidOperationException;

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception exception) when (IsBroken(exception))
            {
                return;
            }

            var connection = ServeAsync(client);
            lock (_lock)
            {
                _connections.RemoveWhere(task => task.IsCompleted);
                _connections.Add(connection);
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            if (!TryAdmit(client, server))
            {
                return;
            }

            try
            {
                await PassageAsync();
                await server.ConnectAsync(_target);
                client.NoDelay = server.NoDelay = true;
                var (one, other) = (client.GetStream(), server.GetStream());
                await Task.WhenAll(PassAsync(one, other), PassAsync(other, one));
            }
            catch (Exception exception) when (IsBroken(exception))
            {
                // One end is gone; disposing tells the other.
            }
            finally
            {
                lock (_lock)
                {
                    _open.Remove(client);
                    _open.Remove(server);
                }
            }
        }
    }

    private bool TryAdmit(TcpClient client, TcpClient server)
    {
        lock (_lock)
        {
            return !_isCut && _open.Add(client) && _open.Add(server);
        }
    }

    private Task PassageAsync()
    {
        lock (_lock)
        {
            return _passage.Task;
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var count = await from.ReadAsync(buffer);
                await PassageAsync();
                if (count == 0)
                {
                    to.Socket.Shutdown(SocketShutdown.Send);
                    return;
                }

                await to.WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception exception) when (IsBroken(exception))
        {
            await PassageAsync();

            // Ends the other direction, too.
            from.Socket.Close();
            to.Socket.Close();
        }
    }
}
