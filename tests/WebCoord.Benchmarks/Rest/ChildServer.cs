using System.Diagnostics;
using System.Globalization;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Benchmarks.Rest;

/// <summary>A server in a process of its own, until it is disposed.</summary>
internal sealed class ChildServer : IAsyncDisposable
{
    private static readonly TimeSpan MaxStart = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly LiveHeap _heap;

    private ChildServer(Process process, Uri address, LiveHeap heap)
    {
        _process = process;
        _heap = heap;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>What its process has taken of the processors so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts WebCoord with its data in the folder.</summary>
    public static Task<ChildServer> StartWebCoordAsync(string folder, params string[] settings) =>
        StartAsync(folder, url => [Path.Combine(AppContext.BaseDirectory, "WebCoord.Server.dll"), $"--Urls={url}",
            "--WebCoord:ZooKeeper:Port=0", "--Logging:LogLevel:Default=Warning", .. settings]);

    public static Task<ChildServer> StartBareAsync(string folder) => StartAsync(folder, url =>
        [Path.Combine(AppContext.BaseDirectory, "WebCoord.Benchmarks.dll"), BareServer.Command, url]);

    /// <summary>Bytes of the objects that are alive, after a full collection.</summary>
    public Task<long> LiveHeapAsync() => _heap.MeasureAsync();

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
    }

    private static async Task<ChildServer> StartAsync(string folder, Func<string, string[]> arguments)
    {
        var port = FreePort.Next();
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        var heap = new LiveHeap(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"heap-{port}")));
        var start = new ProcessStartInfo("dotnet", arguments(url)) { WorkingDirectory = folder };
        heap.Prepare(start);
        var process = Process.Start(start)!;
        var server = new ChildServer(process, new Uri(url), heap);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Kill();
        using var client = new HttpClient { BaseAddress = server.Address };
        var watch = Stopwatch.StartNew();
        while (!await IsReadyAsync(client))
        {
            if (process.HasExited || watch.Elapsed > MaxStart)
            {
                await server.DisposeAsync();
                throw new InvalidOperationException($"{arguments(url)[0]} did not become ready.");
            }

            await Task.Delay(50);
        }

        return server;
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using var response = await client.GetAsync("/health/ready");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }
}
