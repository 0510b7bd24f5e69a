using System.Buffers;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace WebCoord.Benchmarks.Scaleout;

/// <summary>The least that a client of the hub can be: it calls, one call at a time, and notes when events come.
/// </summary>
internal sealed class HubListener : IAsyncDisposable
{
    private const byte Separator = 0x1e;
    private const int Invocation = 1;
    private const int Completion = 3;

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly Channel<JsonElement> _answers = Channel.CreateBounded<JsonElement>(100);
    private readonly Channel<long> _events = Channel.CreateBounded<long>(100_000);
    private Task _reading = Task.CompletedTask;

    private HubListener()
    {
    }

    public static async Task<HubListener> ConnectAsync(Uri server)
    {
        var listener = new HubListener();
        var address = new UriBuilder(server) { Scheme = "ws", Path = "/hubs/coordination" }.Uri;
        await listener._socket.ConnectAsync(address, CancellationToken.None);
        listener._reading = listener.ReadAsync();
        await listener.SendAsync("""{"protocol":"json","version":1}""");
        await listener.AnswerAsync();
        return listener;
    }

    /// <summary>Calls, and waits for the answer.</summary>
    public async Task CallAsync(string method, object argument)
    {
        object[] arguments = [argument];
        await SendAsync(JsonSerializer.Serialize(
            new { type = Invocation, invocationId = "1", target = method, arguments }));
        var answer = await AnswerAsync();
        if (answer.TryGetProperty("error", out var error))
        {
            throw new InvalidOperationException($"{method}: {error}");
        }
    }

    /// <summary>Arms a one-shot watch on the data of a node.</summary>
    public Task WatchAsync(string watchId, string path) =>
        CallAsync("Watch", new { watchId, path, kind = "data", mode = "once" });

    /// <summary>Waits for the next event; returns when it came, in the ticks of <see cref="Stopwatch"/>.</summary>
    public Task<long> EventAsync() => NextAsync(_events);

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task SendAsync(string message) => await _socket.SendAsync(
        Encoding.UTF8.GetBytes(message + (char)Separator), WebSocketMessageType.Text, true, CancellationToken.None);

    private Task<JsonElement> AnswerAsync() => NextAsync(_answers);

    private static async Task<T> NextAsync<T>(Channel<T> channel)
    {
        using var timeout = new CancellationTokenSource(MaxWait);
        return await channel.Reader.ReadAsync(timeout.Token);
    }

    /// <summary>Reads until the end, also while nobody waits: that is what answers the server's pings.</summary>
    private async Task ReadAsync()
    {
        var received = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var result = await _socket.ReceiveAsync(received.GetMemory(4_096), CancellationToken.None);
                var now = Stopwatch.GetTimestamp();
                received.Advance(result.Count);
                if (received.WrittenCount > 0 && received.WrittenSpan[^1] == Separator)
                {
                    Take(received.WrittenMemory, now);
                    received.ResetWrittenCount();
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            _answers.Writer.TryComplete(exception);
            _events.Writer.TryComplete(exception);
        }
    }

    /// <summary>Whole messages, each with its separator behind it.</summary>
    private void Take(ReadOnlyMemory<byte> messages, long now)
    {
        while (messages.Span.IndexOf(Separator) is var end and >= 0)
        {
            var message = JsonElement.Parse(messages.Span[..end]);
            messages = messages[(end + 1)..];
            var type = message.TryGetProperty("type", out var number) ? number.GetInt32() : Completion;
            if (type == Completion)
            {
                _answers.Writer.TryWrite(message);
            }
            else if (type == Invocation && message.GetProperty("target").GetString() == "WatchEvent")
            {
                _events.Writer.TryWrite(now);
            }
        }
    }
}
