using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace WebCoord.Benchmarks.Rest;

/// <summary>A server in a process of its own, until it is disposed.</summary>
internal sealed class ChildServer : IAsyncDisposable
{
    private static readonly TimeSpan MaxStart = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private ChildServer(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Starts WebCoord with its data in the folder.</summary>
    public static Task<ChildServer> StartWebCoordAsync(string folder) => StartAsync(folder, url =>
        [Path.Combine(AppContext.BaseDirectory, "WebCoord.Server.dll"), $"--Urls={url}",
            "--WebCoord:ZooKeeper:Port=0", "--Logging:LogLevel:Default=Warning"]);

    public static Task<ChildServer> StartBareAsync(string folder) => StartAsync(folder, url =>
        [Path.Combine(AppContext.BaseDirectory, "WebCoord.Benchmarks.dll"), BareServer.Command, url]);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task<ChildServer> StartAsync(string folder, Func<string, string[]> arguments)
    {
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}");
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments(url)) { WorkingDirectory = folder })!;
        var server = new ChildServer(process, new Uri(url));
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
