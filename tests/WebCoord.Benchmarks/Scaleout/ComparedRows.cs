using System.Diagnostics;
using System.Globalization;
using System.Text;
using WebCoord.Benchmarks.Rest;
using WebCoord.Benchmarks.Wire.Rows;

namespace WebCoord.Benchmarks.Scaleout;

/// <summary>What is compared: durable writes of 100 bytes, and the way of an event from a write on one instance to a
/// client of the hub on another.</summary>
internal static class ComparedRows
{
    private const int Clients = 63;
    private const int BackgroundClients = 12;
    private const int EventsPerTurn = 200;

    private static readonly TimeSpan TurnDuration = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public static string WatchedNode => "/watched";

    public static ComparedRow[] All { get; } =
    [
        new("a write, one client", MeasureOneClientAsync),
        new($"writes, {Clients} clients", MeasureManyClientsAsync),
        new("write on A to event on B", MeasureEventsAsync),
        new("the same under load", MeasureEventsUnderLoadAsync),
    ];

    /// <summary>Writes to one node, with so many connections as are told to wrk, spread over all instances.</summary>
    public static Workload Put(Deployment deployment, string name, string data)
    {
        var ports = string.Join(", ", deployment.Instances.Select(instance =>
            string.Create(CultureInfo.InvariantCulture, $"'{instance.Address.Port}'")));
        var workload = Workload.Create(deployment.Folder, name, "PUT", "/v1/data/benchmark", data);
        File.AppendAllText(workload.ScriptFile, $$"""
            local ports, threads = { {{ports}} }, 0
            function setup(thread)
                threads = threads + 1
                thread.addr = wrk.lookup('127.0.0.1', ports[threads % #ports + 1])[1]
            end

            """);
        return workload;
    }

    private static async Task<Figure[]> MeasureOneClientAsync(Deployment deployment)
    {
        var workload = Workload.Create(deployment.Folder, "one", "PUT", "/v1/data/benchmark", RestBenchmark.Text);
        var result = await Wrk.RunAsync(deployment.First.Address, workload, TurnDuration, connections: 1);
        return
        [
            new Figure("p50 ms", result.P50Ms, IsMoreBetter: false),
            new Figure("p99 ms", result.P99Ms, IsMoreBetter: false),
            new Figure("writes/s", result.RequestsPerSecond, IsMoreBetter: true),
        ];
    }

    private static async Task<Figure[]> MeasureManyClientsAsync(Deployment deployment)
    {
        var result = await Wrk.RunAsync(deployment.First.Address, Put(deployment, "many", RestBenchmark.Text),
            TurnDuration, Clients, ScaleoutBenchmark.Instances);
        return
        [
            new Figure("writes/s in total", result.RequestsPerSecond, IsMoreBetter: true),
            new Figure("writes/s per instance", result.RequestsPerSecond / deployment.Instances.Count,
                IsMoreBetter: true),
            new Figure("p50 ms", result.P50Ms, IsMoreBetter: false),
            new Figure("p99 ms", result.P99Ms, IsMoreBetter: false),
        ];
    }

    private static async Task<Figure[]> MeasureEventsUnderLoadAsync(Deployment deployment)
    {
        // Longer than the events take; what is left of it is waited for, so that it meets no other turn.
        var load = Wrk.RunAsync(deployment.First.Address, Put(deployment, "load", RestBenchmark.Text),
            2 * TurnDuration, BackgroundClients, ScaleoutBenchmark.Instances);
        var events = await MeasureEventsAsync(deployment);
        var result = await load;
        return [.. events, new Figure("load, writes/s", result.RequestsPerSecond, IsMoreBetter: true)];
    }

    private static async Task<Figure[]> MeasureEventsAsync(Deployment deployment)
    {
        using var client = new HttpClient { BaseAddress = deployment.First.Address };
        await WriteAsync(client);
        await using var listener = await HubListener.ConnectAsync(deployment.Last.Address);
        var times = new List<double>();
        while (times.Count < EventsPerTurn)
        {
            await listener.WatchAsync("w", WatchedNode);
            await Task.Delay(Pause);
            var start = Stopwatch.GetTimestamp();
            var written = WriteAsync(client);
            times.Add(Stopwatch.GetElapsedTime(start, await listener.EventAsync()).TotalMilliseconds);
            await written;
        }

        times.Sort();
        return
        [
            new Figure("p50 ms", times[times.Count / 2], IsMoreBetter: false),
            new Figure("p99 ms", times[times.Count * 99 / 100], IsMoreBetter: false),
        ];
    }

    /// <summary>Writes the node that is watched.</summary>
    public static async Task WriteAsync(HttpClient client)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(RestBenchmark.Text));
        using var response = await client.PutAsync($"/v1/data{WatchedNode}", content);
        response.EnsureSuccessStatusCode();
    }
}
