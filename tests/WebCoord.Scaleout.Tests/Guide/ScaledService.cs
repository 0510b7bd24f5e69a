using System.Diagnostics;
using System.Globalization;
using System.Net;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Scaleout.Tests.Guide;

/// <summary>
/// Three instances on one Redis behind nginx, started by the commands of <c>docs/scale-out.md</c> with the
/// configuration of nginx beside it; only ports and folders are others. Each process can be killed and started again.
/// </summary>
public sealed class ScaledService : IAsyncLifetime
{
    public const int Instances = 3;

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly CommandLine?[] _instances = new CommandLine?[Instances];
    private readonly int _httpPorts = FreePort.NextTen();
    private readonly int _zooKeeperPorts = FreePort.NextTen();
    private readonly int _redisPort = FreePort.Next();
    private readonly int _nginxPort = FreePort.Next();
    private CommandLine? _redis;
    private CommandLine? _nginx;

    /// <summary>The service as its clients see it.</summary>
    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromSeconds(150) };

    public Uri Address => Client.BaseAddress!;

    /// <summary>Where a page must be served from to be allowed to connect.</summary>
    public int PagePort { get; } = FreePort.Next();

    /// <summary>What all processes have printed, for a failed test.</summary>
    public string Output => string.Join('\n', ((IEnumerable<CommandLine?>)[_redis, .. _instances, _nginx])
        .OfType<CommandLine>().Select(command => command.Output));

    public async Task InitializeAsync()
    {
        Client.BaseAddress = new Uri(Local(_nginxPort));
        StartRedis();
        await Task.WhenAll(Enumerable.Range(1, Instances).Select(StartInstanceAsync));
        _nginx = Proxy.Start(_folder.Path, _nginxPort, _httpPorts);
        await UntilReadyAsync(_nginxPort, _nginx);
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        foreach (var command in (IEnumerable<CommandLine?>)[_nginx, .. _instances, _redis])
        {
            if (command is not null)
            {
                await command.DisposeAsync();
            }
        }

        _folder.Dispose();
    }

    /// <summary>Starts an instance and waits until it is ready.</summary>
    /// <param name="number">1 to 3.</param>
    public async Task StartInstanceAsync(int number)
    {
        _instances[number - 1] = Start(string.Create(CultureInfo.InvariantCulture, $"i={number}; exec ")
            + ScaleOutPage.StartInstance
                .Replace("artifacts/bin/WebCoord.Server/release/WebCoord.Server.dll", Repository.ServerAssembly,
                    StringComparison.Ordinal)
                .Replace("508$i", Text(_httpPorts) + "$i", StringComparison.Ordinal)
                .Replace("218$i", Text(_zooKeeperPorts) + "$i", StringComparison.Ordinal)
                .Replace("6379", Text(_redisPort), StringComparison.Ordinal)
            + " --WebCoord:Security:AllowedOrigins:0=" + Local(PagePort));
        await UntilReadyAsync((_httpPorts * 10) + number, _instances[number - 1]!);
    }

    /// <summary>Ends an instance at once (SIGKILL).</summary>
    public ValueTask KillInstanceAsync(int number) => _instances[number - 1]!.DisposeAsync();

    /// <summary>Waits until every instance is ready, each by its own port: each finds its own way back to Redis.
    /// </summary>
    public async Task UntilAllReadyAsync()
    {
        for (var number = 1; number <= Instances; number++)
        {
            await UntilReadyAsync((_httpPorts * 10) + number, _instances[number - 1]!);
        }
    }

    /// <summary>Starts Redis, on the data that it had.</summary>
    public void StartRedis() => _redis = Start(ScaleOutPage.StartRedis
        .Replace("6379", Text(_redisPort), StringComparison.Ordinal));

    /// <summary>Ends Redis at once (SIGKILL).</summary>
    public ValueTask KillRedisAsync() => _redis!.DisposeAsync();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Local(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    /// <summary>Runs a command in the folder as a reader's shell would.</summary>
    private CommandLine Start(string command) =>
        new(new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = _folder.Path });

    private static async Task UntilReadyAsync(int port, CommandLine command)
    {
        using var client = new HttpClient { BaseAddress = new Uri(Local(port)) };
        for (var watch = Stopwatch.StartNew(); !await IsReadyAsync(client); await Task.Delay(20))
        {
            Assert.True(watch.Elapsed < MaxWait && !command.HasExited,
                $"Port {port} did not become ready. It printed:\n{command.Output}");
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using var response = await client.GetAsync("/health/ready");
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
