using System.Globalization;
using System.Text;
using WebCoord.Server.Tests.EndToEnd;
using WebCoord.Server.Tests.SignalR;
using WebCoord.Server.Tests.Wire;

namespace WebCoord.Scaleout.Tests.Cluster;

/// <summary>
/// One instance of a service: the real server in a process of its own, at the same addresses after every start, and its
/// own link to Redis, which can be cut. Disposing kills it.
/// </summary>
internal sealed class ClusterInstance : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _arguments;
    private readonly StringBuilder _earlierOutput = new();
    private ServerProcess? _process;

    public ClusterInstance(string name, int redisPort, IEnumerable<string> arguments)
    {
        Name = name;
        Link = new TcpProxy(redisPort);
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}/"));
        Client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(20) };
        _arguments =
        [
            $"--Urls={Address}",
            string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:Port={ZooKeeperPort}"),
            $"--WebCoord:Instance:Name={name}",
            "--WebCoord:Log:Kind=redis",
            string.Create(CultureInfo.InvariantCulture,
                $"--WebCoord:Log:Redis:Configuration=127.0.0.1:{Link.Port}"),
            .. arguments,
        ];
    }

    public string Name { get; }

    public Uri Address { get; }

    public int ZooKeeperPort { get; } = FreePort.Next();

    /// <summary>Through which alone it reaches Redis.</summary>
    public TcpProxy Link { get; }

    /// <summary>A client of its REST interface.</summary>
    public HttpClient Client { get; }

    /// <summary>Whether it can answer anything at all: it runs and is not halted.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>All that it has printed, over all its runs.</summary>
    public string Output => _earlierOutput + _process?.Output;

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task StartAsync() =>
        await RunAsync(() => ServerProcess.StartAsync(_folder.Path, _arguments));

    /// <summary>Starts it where it cannot become ready, and waits until it is alive.</summary>
    public async Task StartAliveAsync() =>
        await RunAsync(() => ServerProcess.StartAliveAsync(_folder.Path, _arguments));

    /// <summary>Ends it at once, as a crash would (SIGKILL).</summary>
    public async Task KillAsync()
    {
        IsRunning = false;
        await _process!.KillAsync();
    }

    /// <summary>Asks it to stop (SIGTERM) and returns its exit code. As behind a balancer, nobody turns to it from a
    /// moment before; who had just chosen it is still served while it drains.</summary>
    public async Task<int> StopAsync()
    {
        IsRunning = false;
        await Task.Delay(50);
        return await _process!.StopAsync();
    }

    /// <summary>Halts it (SIGSTOP): connections stay, nothing is answered.</summary>
    public async Task PauseAsync()
    {
        IsRunning = false;
        await _process!.SignalAsync("STOP");
    }

    /// <summary>Lets it go on after <see cref="PauseAsync"/>.</summary>
    public async Task ResumeAsync()
    {
        await _process!.SignalAsync("CONT");
        IsRunning = true;
    }

    public Task<HubClient> ConnectAsync() => HubClient.ConnectAsync(Address);

    public async ValueTask DisposeAsync()
    {
        IsRunning = false;
        Client.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        await Link.DisposeAsync();
        _folder.Dispose();
    }

    private async Task RunAsync(Func<Task<ServerProcess>> start)
    {
        if (_process is not null)
        {
            _earlierOutput.Append(_process.Output);
            await _process.DisposeAsync();
            _process = null;
        }

        _process = await start();
        IsRunning = true;
    }
}
