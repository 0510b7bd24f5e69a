using System.IO.Pipelines;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WebCoord.Server.Security;
using WebCoord.Server.Tests.Pipeline;
using WebCoord.Server.Wire;

namespace WebCoord.Server.Tests.Wire;

/// <summary>The front end for ZooKeeper clients as it really runs, on a log that the test holds in its hands, and
/// without sockets.</summary>
internal sealed class MemoryWire : IAsyncDisposable
{
    private readonly List<MemoryConnection> _connections = [];

    private MemoryWire(RunningPipeline pipeline) => Pipeline = pipeline;

    public RunningPipeline Pipeline { get; }

    public GatedLog Log => Pipeline.Log;

    /// <summary>Connections that the server counts as open.</summary>
    public int OpenConnections => Pipeline.Get<WireConnections>().Count;

    public static Task<MemoryWire> StartAsync(params string[] settings) => StartAsync(GatedLog.InMemory(), settings);

    public static Task<MemoryWire> StartAsync(GatedLog log, params string[] settings) =>
        StartAsync(log, TimeProvider.System, settings);

    /// <summary>Starts it on a clock of the test's own; the log keeps the true time.</summary>
    public static async Task<MemoryWire> StartAsync(GatedLog log, TimeProvider time, params string[] settings) =>
        new(await RunningPipeline.StartAsync(log, services => services.AddRequestSecurity().AddWire()
            .Replace(ServiceDescriptor.Singleton(time)), ["WebCoord:ZooKeeper:Port=0", .. settings]));

    /// <summary>A connection on which nothing was sent yet.</summary>
    public MemoryConnection Connect(PipeOptions? options = null)
    {
        var connection = new MemoryConnection(options);
        lock (_connections)
        {
            _connections.Add(connection);
        }

        connection.Serve(Pipeline.Get<WireConnectionHandler>());
        return connection;
    }

    /// <summary>A client with a session.</summary>
    public async Task<WireClient> OpenAsync(Handshake? handshake = null)
    {
        var client = Connect().Client;
        var answer = await client.HandshakeAsync(handshake ?? new Handshake());
        Assert.True(answer?.IsValid, $"The server answered the handshake with {answer}.");
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Log.OpenAll();
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        await Pipeline.DisposeAsync();
    }
}
