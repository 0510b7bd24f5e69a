using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace WebCoord.Server.Tests.EndToEnd;

/// <summary>
/// The real server in a process of its own, on a free loopback port, with a given folder as its working directory: its
/// data is in <c>data/</c> there. Disposing kills it.
/// </summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    /// <summary>Long enough for a loaded machine; a server that is well starts within a second or two.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    private const string Urls = "--Urls=";

    private readonly Process _process;
    private readonly ProcessOutput _output;

    private ServerProcess(Process process)
    {
        _process = process;
        _output = new ProcessOutput(process);
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:40123/</c>.</summary>
    public Uri Address => Client.BaseAddress!;

    /// <summary>A client with <see cref="Address"/> as its base.</summary>
    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromSeconds(150) };

    /// <summary>All that it has printed, errors included.</summary>
    public string Output => _output.Text;

    public int Id => _process.Id;

    /// <summary>Starts the server and waits until it is ready. ZooKeeper clients are not served, unless the arguments
    /// say on which port. They may name one address for HTTP, too.</summary>
    public static Task<ServerProcess> StartAsync(string folder, params string[] arguments) =>
        StartAsync("/health/ready", folder, arguments);

    /// <summary>Starts a server that cannot become ready, and waits until it is alive.</summary>
    public static Task<ServerProcess> StartAliveAsync(string folder, params string[] arguments) =>
        StartAsync("/health/live", folder, arguments);

    /// <summary>Runs a server that is expected to refuse to start.</summary>
    public static async Task<(int ExitCode, string Output)> RunToExitAsync(string folder, params string[] arguments)
    {
        await using var server = Launch(folder, arguments);
        var exitCode = await server.WaitForExitAsync();
        return (exitCode, server.Output);
    }

    /// <summary>Ends it at once, as a crash or the kernel would (SIGKILL).</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    /// <summary>Asks it to stop (SIGTERM) and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        return await WaitForExitAsync();
    }

    /// <summary>Sends a signal by its name, without waiting for what comes of it.</summary>
    public async Task SignalAsync(string signal)
    {
        var command = string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {Id}");
        using var kill = Process.Start("bash", ["-c", command]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits until it has printed a text; fails with what it did print when that takes too long.</summary>
    public async Task SaysAsync(string text)
    {
        for (var watch = Stopwatch.StartNew(); !Output.Contains(text, StringComparison.Ordinal); await Task.Delay(20))
        {
            Assert.True(watch.Elapsed < MaxWait, $"It did not say '{text}'. It printed:\n{Output}");
        }
    }

    /// <summary>Waits until it has ended; returns its exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        using var timeout = new CancellationTokenSource(MaxWait);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static ServerProcess Launch(string folder, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(Repository.ServerAssembly);
        start.ArgumentList.Add(Urls + "http://127.0.0.1:0");
        start.ArgumentList.Add("--WebCoord:ZooKeeper:Port=0");
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var server = new ServerProcess(Process.Start(start)!);
        var told = arguments.LastOrDefault(argument => argument.StartsWith(Urls, StringComparison.Ordinal));
        if (Uri.TryCreate(told?[Urls.Length..], UriKind.Absolute, out var address) && address.Port > 0)
        {
            // A server that is told its port need not say it, and cannot while it waits for its log.
            server.Client.BaseAddress = address;
        }

        return server;
    }

    private static async Task<ServerProcess> StartAsync(string health, string folder, string[] arguments)
    {
        var server = Launch(folder, arguments);
        try
        {
            await server.WaitUntilAsync(health);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task WaitUntilAsync(string health)
    {
        var watch = Stopwatch.StartNew();
        while (!await IsAsync(health))
        {
            if (_process.HasExited || watch.Elapsed > MaxWait)
            {
                // What it printed last may still be in the pipe.
                await Task.Delay(200);
                throw new InvalidOperationException($"The server did not answer {health}. It printed:\n{Output}");
            }

            await Task.Delay(20);
        }
    }

    private async Task<bool> IsAsync(string health)
    {
        if (Client.BaseAddress is null)
        {
            var listening = ListeningLine().Match(Output);
            if (!listening.Success)
            {
                return false;
            }

            Client.BaseAddress = new Uri(listening.Groups["address"].Value);
        }

        try
        {
            using var response = await Client.GetAsync(health);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"listening on:? .*?(?<address>http://127\.0\.0\.1:[1-9]\d*)", RegexOptions.IgnoreCase)]
    private static partial Regex ListeningLine();
}
