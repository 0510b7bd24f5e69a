using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// Lets a client program in a process of its own disturb its connections. On a loopback port it takes commands, one a
/// line, and answers each with one line when it is done: <c>open</c> makes a new <see cref="TcpProxy"/> to the first
/// server and answers its port; with a number behind it, from 0, to another server. <c>cut</c>, <c>hold</c> and
/// <c>resume</c>, followed by such a port, are its methods and are answered <c>ok</c>. A test may add commands of its
/// own.
/// </summary>
internal sealed class ProxyControl : IAsyncDisposable
{
    private readonly int[] _targets;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, TcpProxy> _proxies = new();
    private readonly ConcurrentDictionary<string, Func<Task>> _commands = new();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    /// <param name="targets">The ports of the servers that proxies lead to.</param>
    public ProxyControl(params int[] targets)
    {
        _targets = targets;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Adds a command that does something else to the surroundings of the client.</summary>
    public void Add(string command, Func<Task> action) => _commands[command] = action;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_conversations);
        foreach (var proxy in _proxies.Values)
        {
            await proxy.DisposeAsync();
        }

        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _conversations.Add(ConverseAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // It is being disposed.
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var reader = new StreamReader(client.GetStream());
                await using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true };
                while (await reader.ReadLineAsync(_stop.Token) is { } line)
                {
                    await writer.WriteLineAsync(await AnswerAsync(line.Split(' ')));
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                // The client is gone, or has to go.
            }
        }
    }

    private async Task<string> AnswerAsync(string[] words)
    {
        if (words is ["open", .. var server])
        {
            var number = server is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
            var proxy = new TcpProxy(_targets[number]);
            var port = proxy.Port.ToString(CultureInfo.InvariantCulture);
            _proxies[port] = proxy;
            return port;
        }

        if (words is [var action, var of] && _proxies.TryGetValue(of, out var known))
        {
            return Disturb(known, action) ? "ok" : $"unknown action: {action}";
        }

        if (words is [var command] && _commands.TryGetValue(command, out var added))
        {
            await added();
            return "ok";
        }

        return $"unknown command: {string.Join(' ', words)}";
    }

    private static bool Disturb(TcpProxy proxy, string action)
    {
        switch (action)
        {
            case "cut":
                proxy.Cut();
                return true;
            case "hold":
                proxy.Hold();
                return true;
            case "resume":
                proxy.Resume();
                return true;
            default:
                return false;
        }
    }
}
