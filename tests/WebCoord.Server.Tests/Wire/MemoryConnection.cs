using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// A connection without a socket. As a transport does, it carries what the client writes to the server's input and what
/// the server writes to the client, holds up the server while the client does not read, ends both ways when the server
/// aborts, and sends what is left when the server's handler returns.
/// </summary>
internal sealed class MemoryConnection : ConnectionContext, IConnectionLifetimeNotificationFeature
{
    private readonly Pipe _fromClient;
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly Pipe _toClient;
    private readonly CancellationTokenSource _aborted = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenSource _closeRequested = new();

    /// <param name="options">How the pipes cut what goes through them, and who runs their readers.</param>
    public MemoryConnection(PipeOptions? options = null)
    {
        options ??= new PipeOptions(useSynchronizationContext: false);
        _fromClient = new Pipe(options);
        _input = new Pipe(options);
        _output = new Pipe(options);
        _toClient = new Pipe(options);
        Transport = new Ends(_input.Reader, _output.Writer);
        Client = new WireClient(new DuplexStream(_toClient.Reader.AsStream(), _fromClient.Writer.AsStream()));
        ConnectionClosed = _closed.Token;
        ConnectionClosedRequested = _closeRequested.Token;
        RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 50_000);
        Features.Set<IConnectionLifetimeNotificationFeature>(this);
    }

    /// <summary>The other end.</summary>
    public WireClient Client { get; }

    /// <summary>Done when the server has let go of the connection; fails if its handler did.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString();

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public CancellationToken ConnectionClosedRequested { get; set; }

    /// <summary>Tells the server's handler to come to an end, as a stopping server does.</summary>
    public void RequestClose() => _closeRequested.Cancel();

    public void Serve(ConnectionHandler handler) => Ended = Task.Run(() => ServeAsync(handler));

    /// <summary>The server may do so when all is over, as it may with a socket.</summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        try
        {
            _aborted.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Nothing is left to be ended.
        }
    }

    public override async ValueTask DisposeAsync()
    {
        Abort(new ConnectionAbortedException());
        await Ended;
        await Client.DisposeAsync();
        _aborted.Dispose();
        _closed.Dispose();
        _closeRequested.Dispose();
        await base.DisposeAsync();
    }

    private async Task ServeAsync(ConnectionHandler handler)
    {
        var receiving = ReceiveAsync();
        var sending = CarryAsync(_output.Reader, _toClient.Writer);
        try
        {
            await handler.OnConnectedAsync(this);
        }
        finally
        {
            await _input.Reader.CompleteAsync();
            await _output.Writer.CompleteAsync();
            await sending;
            await _aborted.CancelAsync();
            await receiving;
        }
    }

    private async Task ReceiveAsync()
    {
        await CarryAsync(_fromClient.Reader, _input.Writer);
        await _closed.CancelAsync();
    }

    private async Task CarryAsync(PipeReader from, PipeWriter to)
    {
        Exception? reason = null;
        try
        {
            var isOpen = true;
            while (isOpen)
            {
                var read = await from.ReadAsync(_aborted.Token);
                isOpen = !read.IsCompleted;
                foreach (var segment in read.Buffer)
                {
                    isOpen &= !(await to.WriteAsync(segment, _aborted.Token)).IsCompleted;
                }

                from.AdvanceTo(read.Buffer.End);
            }
        }
        catch (OperationCanceledException)
        {
            reason = to == _input.Writer ? new ConnectionAbortedException() : null;
        }

        await from.CompleteAsync();
        await to.CompleteAsync(reason);
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
