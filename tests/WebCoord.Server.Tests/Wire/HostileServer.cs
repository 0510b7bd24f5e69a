using System.Diagnostics;
using System.Globalization;
using System.Text;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>A real server, its log in memory, that takes any number of connections from one address; and what can be
/// seen of it from outside.</summary>
public sealed class HostileServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ServerProcess? _server;

    public int Port { get; } = FreePort.Next();

    /// <summary>Files and sockets that its process has open.</summary>
    public int Handles => Directory.GetFileSystemEntries(Proc("fd")).Length;

    public long MemoryBytes
    {
        get
        {
            using var process = Process.GetProcessById(_server!.Id);
            return process.WorkingSet64;
        }
    }

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync(_folder.Path,
        string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:Port={Port}"),
        "--WebCoord:ZooKeeper:MaxConnectionsPerAddress=0", "--WebCoord:Log:Kind=memory");

    /// <summary>Whoever attacked it: it is the same process, and it complains of no failure of its own.</summary>
    public async Task DisposeAsync()
    {
        try
        {
            var output = _server!.Output;
            Assert.DoesNotContain("Unhandled exception", output, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("A bug was met", output, StringComparison.Ordinal);
            Assert.Equal(0, await _server.StopAsync());
        }
        finally
        {
            await _server!.DisposeAsync();
            _folder.Dispose();
        }
    }

    /// <summary>How many connections of ZooKeeper clients it counts, the one that asks included.</summary>
    public async Task<int> ConnectionsAsync()
    {
        await using var client = await WireClient.ConnectAsync(Port);
        await client.SendAsync("srvr"u8.ToArray());
        var answer = Encoding.UTF8.GetString(await client.ReceiveToEndAsync());
        var line = answer.Split('\n').Single(line => line.StartsWith("Connections: ", StringComparison.Ordinal));
        return int.Parse(line["Connections: ".Length..], CultureInfo.InvariantCulture);
    }

    private string Proc(string file) => string.Create(CultureInfo.InvariantCulture, $"/proc/{_server!.Id}/{file}");
}
