using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using WebCoord.Benchmarks.Rest;

namespace WebCoord.Benchmarks.Scaleout;

/// <summary>What is needed to size a service on one Redis.</summary>
internal static class SizingRows
{
    private const int Connections = 500;
    private const int WatchesPerConnection = 100;
    private const int LargeBytes = 64 << 10;
    private const int Clients = 63;
    private const int OtherClients = 12;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(Deployment deployment)
    {
        await PrintLogAsync(deployment, "100 bytes", RestBenchmark.Text, Clients);
        await PrintLogAsync(deployment, "64 KiB", new string('x', LargeBytes), OtherClients);
        await PrintProcessorTimeAsync(deployment);
        await PrintWatchersAsync(deployment);
    }

    /// <summary>How much one log takes when all instances write as fast as they can, and how it grows.</summary>
    private static async Task PrintLogAsync(Deployment deployment, string size, string data, int clients)
    {
        var workload = ComparedRows.Put(deployment, "log " + size, data);

        // The first is the warm-up, in which the code is compiled for good.
        await Wrk.RunAsync(deployment.First.Address, workload, Duration, clients, ScaleoutBenchmark.Instances);
        var before = await deployment.Redis!.InfoAsync();
        var result = await Wrk.RunAsync(deployment.First.Address, workload, Duration, clients,
            ScaleoutBenchmark.Instances);
        var after = await deployment.Redis.InfoAsync();
        var writes = result.RequestsPerSecond * Duration.TotalSeconds;
        var appends = Calls(after, "xadd") - Calls(before, "xadd");
        var grown = Number(after, "aof_current_size") - Number(before, "aof_current_size");
        var memory = Number(after, "used_memory") - Number(before, "used_memory");
        Console.WriteLine($"one log, writes of {size}");
        Print("writes/s", result.RequestsPerSecond);
        Print("appends/s", appends / Duration.TotalSeconds);
        Print("writes in an append", writes / appends);
        Print("MB/s into the file of Redis", grown / Duration.TotalSeconds / 1e6);
        Print("bytes of the file for a write", grown / writes);
        Print("bytes of Redis' memory for a write, until it is trimmed", memory / writes);
    }

    /// <summary>What a write costs each process, when one instance takes all of them.</summary>
    private static async Task PrintProcessorTimeAsync(Deployment deployment)
    {
        var workload = Workload.Create(deployment.Folder, "cpu", "PUT", "/v1/data/benchmark", RestBenchmark.Text);
        var before = Times(deployment);
        var result = await Wrk.RunAsync(deployment.First.Address, workload, Duration, Clients);
        var writes = result.RequestsPerSecond * Duration.TotalSeconds;
        var spent = Times(deployment).Zip(before, (late, early) => (late - early).TotalMicroseconds / writes).ToArray();
        Console.WriteLine("processor time of a write, us");
        Print("on the instance that takes it", spent[0]);
        Print("on each other instance", spent[1..^1].Average());
        Print("in Redis", spent[^1]);
    }

    /// <summary>What connections and watches take on the instance that has them, and how long it takes until all of
    /// them are told of a write on another one.</summary>
    private static async Task PrintWatchersAsync(Deployment deployment)
    {
        var instance = deployment.Last;
        using var client = new HttpClient { BaseAddress = deployment.First.Address };
        await ComparedRows.WriteAsync(client);
        var listeners = new List<HubListener>();
        try
        {
            // What the first connection needs once is not counted.
            await using var first = await HubListener.ConnectAsync(instance.Address);
            await first.WatchAsync("w", ComparedRows.WatchedNode);
            var empty = await instance.LiveHeapAsync();
            while (listeners.Count < Connections)
            {
                listeners.Add(await HubListener.ConnectAsync(instance.Address));
            }

            var connected = await instance.LiveHeapAsync();
            foreach (var watch in Enumerable.Range(0, WatchesPerConnection))
            {
                var id = watch.ToString(CultureInfo.InvariantCulture);
                await Task.WhenAll(listeners.Select(listener => listener.WatchAsync(id, ComparedRows.WatchedNode)));
            }

            var watching = await instance.LiveHeapAsync();
            Console.WriteLine("live memory of an instance, bytes");
            Print("for a hub connection", (double)(connected - empty) / Connections);
            Print("for a watch", (double)(watching - connected) / (Connections * WatchesPerConnection));
            await PrintFanOutAsync(client, instance, listeners);
        }
        finally
        {
            foreach (var listener in listeners)
            {
                await listener.DisposeAsync();
            }
        }
    }

    private static async Task PrintFanOutAsync(HttpClient client, ChildServer instance, List<HubListener> listeners)
    {
        var processor = instance.ProcessorTime;
        var start = Stopwatch.GetTimestamp();
        await ComparedRows.WriteAsync(client);
        var last = 0L;
        foreach (var listener in listeners)
        {
            for (var watch = 0; watch < WatchesPerConnection; watch++)
            {
                last = Math.Max(last, await listener.EventAsync());
            }
        }

        const int events = Connections * WatchesPerConnection;
        Console.WriteLine("a write that 50,000 watches of 500 connections on another instance wait for");
        Print("ms until all have their events", Stopwatch.GetElapsedTime(start, last).TotalMilliseconds);
        Print("processor time of an event, us", (instance.ProcessorTime - processor).TotalMicroseconds / events);
    }

    private static TimeSpan[] Times(Deployment deployment) =>
        [.. deployment.Instances.Select(instance => instance.ProcessorTime), deployment.Redis!.ProcessorTime];

    private static double Number(ImmutableDictionary<string, string> info, string name) =>
        double.Parse(info[name], CultureInfo.InvariantCulture);

    /// <summary>How often a command was called, such as of <c>calls=5,usec=...</c>.</summary>
    private static double Calls(ImmutableDictionary<string, string> info, string command) =>
        double.Parse(info["cmdstat_" + command].Split(',')[0]["calls=".Length..], CultureInfo.InvariantCulture);

    private static void Print(string measure, double value)
    {
        var text = value.ToString(value >= 100 ? "N0" : "F2", CultureInfo.InvariantCulture);
        Console.WriteLine($"  {measure,-56} {text,12}");
    }
}
