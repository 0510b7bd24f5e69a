using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Server;
using WebCoord.Server.Operations;
using WebCoord.Server.Pipeline;

namespace WebCoord.Benchmarks.Writes;

/// <summary>
/// Writes inside one process: through the state machine alone, a batch at a time, and through all of the pipeline with
/// the durable log, many in flight. No front end, so what is printed is what the service itself costs.
/// </summary>
internal static class WriteBenchmark
{
    private const int Turns = 5;
    private const int RequestsPerTurn = 100_000;
    private const int BatchRequests = 250;
    private const int Senders = 8;
    private const int InFlightPerSender = 64;

    /// <param name="only">The name of the one workload to run; null for all.</param>
    public static async Task<int> RunAsync(string? only)
    {
        var workloads = WriteWorkload.All.Where(workload => only is null || workload.Name == only).ToList();
        Console.WriteLine("                                   requests/s   CPU us   bytes    (medians, per request)");
        foreach (var workload in workloads)
        {
            Print("state machine", workload.Name, await ApplyAsync(workload));
        }

        foreach (var workload in workloads)
        {
            Print("pipeline", workload.Name, await SubmitAsync(workload));
        }

        return 0;
    }

    /// <summary>Every turn begins with the same state and has the same requests; the first is the warm-up.</summary>
    private static async Task<Measurement> ApplyAsync(WriteWorkload workload)
    {
        var prepared = new StateMachine(CoordinationState.Initial);
        prepared.Apply(Entry(Zxid.None, [WriteWorkload.OpenSession]));
        var session = prepared.State.Sessions.Single().Id;
        prepared.Apply(Entry(prepared.State.LastZxid,
            [.. WriteWorkload.Preparation().Select(command => new Request(command))]));
        var turns = new List<Measurement>();
        for (var turn = 0; turn <= Turns; turn++)
        {
            var entries = new List<LogEntry>();
            var last = prepared.State.LastZxid;
            foreach (var numbers in Enumerable.Range(0, RequestsPerTurn).Chunk(BatchRequests))
            {
                entries.Add(Entry(last, [.. numbers.Select(number => workload.Request(number, session))]));
                last = entries[^1].LastZxid;
            }

            var machine = new StateMachine(prepared.State);
            turns.Add(await Measurement.OfAsync(RequestsPerTurn, () =>
            {
                foreach (var entry in entries)
                {
                    RefuseFailures(machine.Apply(entry));
                }

                return Task.CompletedTask;
            }));
        }

        return Measurement.Median(turns[1..]);
    }

    private static async Task<Measurement> SubmitAsync(WriteWorkload workload)
    {
        var folder = Directory.CreateTempSubdirectory("webcoord-benchmark-").FullName;
        try
        {
            await using var application = await StartAsync(Path.Combine(folder, "webcoord.db"));
            var sequencer = application.Services.GetRequiredService<Sequencer>();
            var session = (await SendAsync(sequencer, WriteWorkload.OpenSession)).Session!.Id;
            foreach (var commands in WriteWorkload.Preparation().Chunk(BatchRequests))
            {
                RefuseFailures(await Task.WhenAll(
                    commands.Select(command => SendAsync(sequencer, new Request(command)))));
            }

            var turns = new List<Measurement>();
            for (var turn = 0; turn <= Turns; turn++)
            {
                var first = turn * RequestsPerTurn;
                turns.Add(await Measurement.OfAsync(RequestsPerTurn, () => Task.WhenAll(
                    Enumerable.Range(0, Senders).Select(sender => Task.Run(() => KeepInFlightAsync(
                        sequencer, workload, session, first + (sender * RequestsPerTurn / Senders)))))));
            }

            return Measurement.Median(turns[1..]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>One of the senders: its share of the requests, a full window of them on the way.</summary>
    private static async Task KeepInFlightAsync(Sequencer sequencer, WriteWorkload workload, SessionId session,
        int first)
    {
        var window = new Queue<Task<ApplyResult>>();
        for (var sent = 0; sent < RequestsPerTurn / Senders; sent++)
        {
            if (window.Count == InFlightPerSender)
            {
                RefuseFailures([await window.Dequeue()]);
            }

            window.Enqueue(SendAsync(sequencer, workload.Request(first + sent, session)));
        }

        RefuseFailures(await Task.WhenAll(window));
    }

    private static Task<ApplyResult> SendAsync(Sequencer sequencer, Request request) =>
        sequencer.SubmitAsync(request, CancellationToken.None);

    private static async Task<WebApplication> StartAsync(string path)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("WebCoord:Log:Sqlite:Path", (string?)path)]);
        builder.Services.AddWebCoordOptions();
        builder.Services.AddPipeline();
        builder.AddOperations();
        var application = builder.Build();
        application.Services.GetRequiredService<MetricsCollector>();
        await application.StartAsync();
        return application;
    }

    private static LogEntry Entry(Zxid previous, ImmutableArray<Request> requests) => new()
    {
        LastZxid = new Zxid(previous.Value + requests.Length),
        TimestampMs = 1_700_000_000_000 + previous.Value,
        Incarnation = 1,
        Sequence = 1,
        ChainHash = ChainHash.Start,
        Requests = requests,
    };

    private static void RefuseFailures(IReadOnlyList<ApplyResult> results)
    {
        if (results.FirstOrDefault(result => !result.Succeeded) is { } failure)
        {
            throw new InvalidOperationException($"A write was refused: {failure.Error} {failure.Detail}");
        }
    }

    private static void Print(string part, string workload, Measurement measured) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{part,-14} {workload,-18} {measured.PerSecond,11:F0} {measured.CpuMicroseconds,8:F2} "
        + $"{measured.AllocatedBytes,7:F0}"));
}
