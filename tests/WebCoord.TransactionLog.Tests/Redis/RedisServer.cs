using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>
/// A real Redis in a process and a temporary folder of its own, on a free loopback port. As it comes, every write is on
/// disk before it is acknowledged. It can be killed, restarted with its data on the same port, halted, replicated and
/// promoted. Disposing kills it and removes its folder.
/// </summary>
internal sealed class RedisServer : IAsyncDisposable
{
    /// <summary>The program that a test with this process needs.</summary>
    public const string Program = "redis-server";

    /// <summary>Ports below those that the kernel gives to clients: nobody takes one while the server is down, not even
    /// a client that connects to itself.</summary>
    private const int FirstPort = 10_000;
    private const int Ports = 9_000;

    /// <summary>Far longer than a start takes on a loaded machine.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    private readonly RedisSetup _setup;
    private Process? _process;

    private RedisServer(RedisSetup setup, int port)
    {
        _setup = setup;
        Port = port;
    }

    /// <summary>Why tests that need the program are skipped; null when they are not.</summary>
    public static string? WhyMissing { get; } =
        Environment.GetEnvironmentVariable("WEBCOORD_REQUIRE_PROGRAMS") == "1" || IsInstalled()
            ? null
            : $"Needs {Program}, which is not installed; tests/run.sh installs it.";

    public int Port { get; }

    public int Id => _process!.Id;

    /// <summary>Where its data is.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("webcoord-redis-").FullName;

    /// <summary>Host and port, as in a connection string.</summary>
    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>The connection string of StackExchange.Redis.</summary>
    public string Configuration => Endpoint
        + (_setup.Password is null ? "" : ",password=" + _setup.Password)
        + (_setup.Certificates is null ? "" : ",ssl=true,sslHost=localhost");

    /// <summary>All that it has logged.</summary>
    public string Output
    {
        get
        {
            var file = Path.Combine(Folder, "redis.log");
            return File.Exists(file) ? File.ReadAllText(file) : "";
        }
    }

    /// <summary>Starts a server with lines of configuration beside the usual ones, and waits until it
    /// answers.</summary>
    public static Task<RedisServer> StartAsync(params string[] lines) =>
        StartAsync(new RedisSetup { Lines = lines });

    public static async Task<RedisServer> StartAsync(RedisSetup setup)
    {
        const int maxTries = 5;
        for (var attempt = 1; ; attempt++)
        {
            var server = new RedisServer(setup, FreePort());
            try
            {
                await server.LaunchAsync();
                return server;
            }
            catch (Exception failure)
            {
                var taken = server.Output.Contains("Address already in use", StringComparison.Ordinal);
                await server.DisposeAsync();
                if (!taken || attempt == maxTries || failure is not InvalidOperationException)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Starts a server that holds a copy of another and follows it.</summary>
    public static async Task<RedisServer> StartReplicaOfAsync(RedisServer master, params string[] lines)
    {
        var replica = await StartAsync(master._setup with { Lines = [.. master._setup.Lines, .. lines] });
        try
        {
            await replica.DemoteAsync(master);
            return replica;
        }
        catch
        {
            await replica.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it one thing, over a connection made for that.</summary>
    /// <exception cref="RespException">It answered with an error.</exception>
    public async Task<RespAnswer> AskAsync(params string[] command)
    {
        using var connection = await ConnectAsync();
        return await connection.AskAsync(command);
    }

    /// <summary>A connection that has given the password.</summary>
    public Task<RespConnection> ConnectAsync() =>
        RespConnection.ConnectAsync(Port, _setup.Password, _setup.Certificates is not null);

    /// <summary>One field of <c>INFO</c>, such as <c>run_id</c>; empty when there is none.</summary>
    public async Task<string> InfoAsync(string field)
    {
        var info = await AskAsync("INFO", "everything");
        return info.Text!.Split("\r\n").FirstOrDefault(line => line.StartsWith(field + ":", StringComparison.Ordinal))
            ?[(field.Length + 1)..] ?? "";
    }

    /// <summary>Changes its configuration while it runs.</summary>
    public Task SetAsync(string name, string value) => AskAsync("CONFIG", "SET", name, value);

    public Task FlushAllAsync() => AskAsync("FLUSHALL");

    /// <summary>Ends it at once, as a crash or the kernel would (SIGKILL).</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        using var timeout = new CancellationTokenSource(MaxWait);
        await _process.WaitForExitAsync(timeout.Token);
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts it again on the same data and port, killed before or not, and waits until it answers.</summary>
    public async Task RestartAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        await LaunchAsync();
    }

    /// <summary>Halts it (SIGSTOP): connections stay, nothing is answered.</summary>
    public async Task PauseAsync()
    {
        await SignalAsync("STOP");
        var stat = $"/proc/{Id}/stat";
        while (File.Exists(stat) && !(await File.ReadAllTextAsync(stat)).Contains(") T", StringComparison.Ordinal))
        {
            await Task.Delay(5);
        }
    }

    /// <summary>Lets it go on after <see cref="PauseAsync"/>.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>Makes a replica a master of its own.</summary>
    public Task PromoteAsync() => AskAsync("REPLICAOF", "NO", "ONE");

    /// <summary>Makes it a replica of another, and waits until it has a copy of all that is there.</summary>
    public async Task DemoteAsync(RedisServer master)
    {
        await AskAsync("REPLICAOF", "127.0.0.1", master.Port.ToString(CultureInfo.InvariantCulture));
        await WaitUntilAsync(async () => await InfoAsync("master_link_status") == "up");
        await CatchUpAsync(master);
    }

    /// <summary>Waits until this replica has all that its master has at this moment.</summary>
    public async Task CatchUpAsync(RedisServer master)
    {
        var goal = Number(await master.InfoAsync("master_repl_offset"));
        await WaitUntilAsync(async () => Number(await InfoAsync("slave_repl_offset")) >= goal);

        static long Number(string text) =>
            long.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : -1;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static bool IsInstalled() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, Program)));

    private static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + Random.Shared.Next(Ports);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }

    private static async Task WaitUntilAsync(Func<Task<bool>> condition)
    {
        for (var watch = Stopwatch.StartNew(); !await condition(); await Task.Delay(10))
        {
            if (watch.Elapsed > MaxWait)
            {
                throw new TimeoutException("Redis did not come to the state that a test waits for.");
            }
        }
    }

    private async Task LaunchAsync()
    {
        var configuration = Path.Combine(Folder, "redis.conf");
        await File.WriteAllLinesAsync(configuration, Lines());
        _process = Process.Start(new ProcessStartInfo(Program, [configuration])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        for (var watch = Stopwatch.StartNew(); !await AnswersAsync(); await Task.Delay(10))
        {
            if (_process.HasExited || watch.Elapsed > MaxWait)
            {
                throw new InvalidOperationException($"Redis did not start. It printed:\n{Output}\n"
                    + (_process.HasExited ? await _process.StandardError.ReadToEndAsync() : ""));
            }
        }
    }

    private IEnumerable<string> Lines() =>
    [
        "bind 127.0.0.1",
        string.Create(CultureInfo.InvariantCulture, $"port {(_setup.Certificates is null ? Port : 0)}"),
        string.Create(CultureInfo.InvariantCulture, $"tls-port {(_setup.Certificates is null ? 0 : Port)}"),
        .. _setup.Certificates?.WriteTo(Folder) ?? [],
        $"dir {Folder}",
        "logfile redis.log",
        "save \"\"",
        "appendonly yes",
        "appendfsync always",
        "enable-debug-command local",
        "repl-diskless-sync-delay 0",
        .. PasswordLines(),
        .. _setup.Lines,
    ];

    private IEnumerable<string> PasswordLines() =>
        _setup.Password is { } password ? [$"requirepass {password}", $"masterauth {password}"] : [];

    /// <summary>Whether this very process answers, its data read; another one may have the port.</summary>
    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await InfoAsync("process_id") == Id.ToString(CultureInfo.InvariantCulture)
                && await InfoAsync("loading") == "0";
        }
        catch (Exception tooEarly) when (tooEarly is SocketException or IOException or RespException)
        {
            return false;
        }
    }

    private async Task SignalAsync(string signal)
    {
        var command = string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {Id}");
        using var kill = Process.Start("bash", ["-c", command]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
