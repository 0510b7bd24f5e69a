using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace WebCoord.Server.Tests.SignalR;

/// <summary>A push or an answer, as it came.</summary>
/// <param name="Order">Its place among everything that came on the connection.</param>
internal sealed record Arrival(int Order, string Name, JsonElement[] Arguments)
{
    public JsonElement Body => Arguments[^1];

    public string WatchId => Arguments[0].GetString()!;

    public long Zxid => long.Parse(Body.GetProperty("zxid").GetString()!, CultureInfo.InvariantCulture);
}

/// <summary>A failed call, with the problem document that its message holds.</summary>
[SuppressMessage("Design", "CA1064", Justification = "Only these tests see it.")]
internal sealed class HubCallException(string message) : Exception(message)
{
    public JsonElement Problem { get; } = message.Contains('{', StringComparison.Ordinal)
        ? JsonDocument.Parse(message[message.IndexOf('{', StringComparison.Ordinal)..]).RootElement
        : throw new FormatException($"The message holds no problem document: {message}");

    public string Code => Problem.GetProperty("code").GetString()!;
}

/// <summary>A small client of the hub: the JSON protocol over a real WebSocket, without negotiation.</summary>
internal sealed class HubClient : IInvocationBinder, IAsyncDisposable
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket _socket = new();
    private readonly JsonHubProtocol _protocol = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Arrival>> _calls = new();
    private readonly Channel<Arrival> _pushes = Channel.CreateBounded<Arrival>(100_000);
    private readonly CancellationTokenSource _stopReading = new();
    private Task _reading = Task.CompletedTask;

    /// <summary>How the connection ended; null while it has not.</summary>
    private volatile string? _end;
    private int _callCount;
    private int _order;

    /// <summary>Completes when the connection is closed, with the reason that the server gave.</summary>
    public Task<string?> Closed { get; private set; } = Task.FromResult<string?>(null);

    /// <summary>Whether the server said that the client may connect anew by itself.</summary>
    public bool MayReconnect { get; private set; }

    public static async Task<HubClient> ConnectAsync(Uri server, Action<ClientWebSocketOptions>? configure = null,
        bool read = true)
    {
        var client = new HubClient();
        configure?.Invoke(client._socket.Options);
        var address = new UriBuilder(server) { Scheme = "ws", Path = "/hubs/coordination" };
        using var timeout = new CancellationTokenSource(MaxWait);
        await client._socket.ConnectAsync(address.Uri, timeout.Token);
        await client.SendTextAsync("{\"protocol\":\"json\",\"version\":1}\u001e");
        if (read)
        {
            client.StartReading();
        }

        return client;
    }

    /// <summary>Reads from now on; before, whatever the server sends stays in its sockets and queues.</summary>
    public void StartReading()
    {
        var closed = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Closed = closed.Task;
        _reading = ReadAsync(closed);
    }

    public async Task<JsonElement> CallAsync(string method, object arguments) =>
        (await CallForArrivalAsync(method, arguments)).Body;

    public async Task<Arrival> CallForArrivalAsync(string method, params object?[] arguments)
    {
        var call = await BeginCallAsync(method, arguments);
        return await call.WaitAsync(MaxWait);
    }

    /// <summary>Sends a call; the task that is returned in the end is its answer.</summary>
    public async Task<Task<Arrival>> BeginCallAsync(string method, params object?[] arguments)
    {
        var id = Interlocked.Increment(ref _callCount).ToString(CultureInfo.InvariantCulture);
        var call = new TaskCompletionSource<Arrival>(TaskCreationOptions.RunContinuationsAsynchronously);
        Register(id, call);
        await SendAsync(_protocol.GetMessageBytes(new InvocationMessage(id, method, arguments)));
        return call.Task;
    }

    /// <summary>Sends a call as it is written; its id is in it.</summary>
    public async Task<Arrival> CallRawAsync(string message)
    {
        var call = new TaskCompletionSource<Arrival>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var parsed = JsonDocument.Parse(message);
        Register(parsed.RootElement.GetProperty("invocationId").GetString()!, call);
        await SendTextAsync(message + "\u001e");
        return await call.Task.WaitAsync(MaxWait);
    }

    /// <summary>The code of the problem that a call ends in.</summary>
    public async Task<JsonElement> CallForProblemAsync(string method, params object?[] arguments) =>
        (await Assert.ThrowsAsync<HubCallException>(() => CallForArrivalAsync(method, arguments))).Problem;

    public async Task<Arrival> NextAsync(string name)
    {
        using var timeout = new CancellationTokenSource(MaxWait);
        while (true)
        {
            var arrival = await _pushes.Reader.ReadAsync(timeout.Token);
            if (arrival.Name == name)
            {
                return arrival;
            }
        }
    }

    /// <summary>The next push, whatever it is.</summary>
    /// <exception cref="ChannelClosedException">The connection is closed, and all was read.</exception>
    public ValueTask<Arrival> NextAsync(CancellationToken cancellationToken) =>
        _pushes.Reader.ReadAsync(cancellationToken);

    /// <summary>What has been pushed and not been looked at. Without cluster events: a server that has just started
    /// tells of itself sooner or later.</summary>
    public IReadOnlyList<Arrival> TakePushes()
    {
        var pushes = new List<Arrival>();
        while (_pushes.Reader.TryRead(out var push))
        {
            pushes.Add(push);
        }

        return pushes.FindAll(push => push.Name != "ClusterEvent");
    }

    public Task SendTextAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Breaks the connection without a word, as the end of the process would.</summary>
    public void Abort() => _socket.Abort();

    public async ValueTask DisposeAsync()
    {
        await _stopReading.CancelAsync();
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _sending.Dispose();
        _stopReading.Dispose();
    }

    IReadOnlyList<Type> IInvocationBinder.GetParameterTypes(string methodName) =>
        methodName == "WatchEvent" ? [typeof(string), typeof(JsonElement)] : [typeof(JsonElement)];

    Type IInvocationBinder.GetReturnType(string invocationId) => typeof(JsonElement);

    Type IInvocationBinder.GetStreamItemType(string streamId) => typeof(JsonElement);

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var timeout = new CancellationTokenSource(MaxWait);
        await _sending.WaitAsync(timeout.Token);
        try
        {
            await _socket.SendAsync(bytes, WebSocketMessageType.Text, true, timeout.Token);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync(TaskCompletionSource<string?> closed)
    {
        var received = new ArrayBufferWriter<byte>();
        string? reason = null;
        try
        {
            await ReadHandshakeAsync(received);
            while (true)
            {
                var data = new ReadOnlySequence<byte>(received.WrittenMemory.ToArray());
                while (_protocol.TryParseMessage(ref data, this, out var message))
                {
                    reason = message is CloseMessage close ? close.Error : reason;
                    MayReconnect |= message is CloseMessage { AllowReconnect: true };
                    await TakeAsync(message);
                }

                received.Clear();
                received.Write(data.ToArray());
                if (!await ReceiveAsync(received))
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException
            or ObjectDisposedException)
        {
            // The last is how a socket tells that it was aborted between two reads.
            reason ??= exception.Message;
        }

        _end = $"The connection was closed: {reason}";
        foreach (var call in _calls.Values)
        {
            call.TrySetException(new IOException(_end));
        }

        _pushes.Writer.TryComplete();
        closed.TrySetResult(reason);
    }

    /// <summary>Lets a call wait for its answer; once the connection has ended nobody would give it one, though the
    /// socket still takes what is sent.</summary>
    private void Register(string id, TaskCompletionSource<Arrival> call)
    {
        _calls[id] = call;
        if (_end is { } end)
        {
            call.TrySetException(new IOException(end));
        }
    }

    private async Task ReadHandshakeAsync(ArrayBufferWriter<byte> received)
    {
        while (received.WrittenSpan.IndexOf((byte)0x1e) < 0)
        {
            await ReceiveAsync(received);
        }

        var rest = received.WrittenSpan[(received.WrittenSpan.IndexOf((byte)0x1e) + 1)..].ToArray();
        received.Clear();
        received.Write(rest);
    }

    private async Task<bool> ReceiveAsync(ArrayBufferWriter<byte> received)
    {
        var result = await _socket.ReceiveAsync(received.GetMemory(64 * 1024), _stopReading.Token);
        received.Advance(result.Count);
        return result.MessageType != WebSocketMessageType.Close;
    }

    private async Task TakeAsync(HubMessage message)
    {
        switch (message)
        {
            case CompletionMessage completion when _calls.TryRemove(completion.InvocationId!, out var call):
                var result = completion.Result is JsonElement body ? body : default;
                if (completion.Error is not null)
                {
                    call.SetException(new HubCallException(completion.Error));
                }
                else
                {
                    call.SetResult(new Arrival(_order++, "", [result]));
                }

                break;
            case InvocationMessage push:
                var arguments = push.Arguments.Select(ToElement).ToArray();
                await _pushes.Writer.WriteAsync(new Arrival(_order++, push.Target, arguments));
                break;
            default:
                break;
        }
    }

    private static JsonElement ToElement(object? argument) =>
        argument is JsonElement element ? element : JsonSerializer.SerializeToElement(argument);
}
