using WebCoord.Benchmarks.Memory;
using WebCoord.Benchmarks.Rest;
using WebCoord.Benchmarks.Scaleout;
using WebCoord.Benchmarks.Wire;
using WebCoord.Benchmarks.Wire.Servers;
using WebCoord.Benchmarks.Writes;

switch (args)
{
    case ["rest"]:
        return await RestBenchmark.RunAsync();
    case ["writes"]:
        return await WriteBenchmark.RunAsync(null);
    case ["writes", var workload]:
        return await WriteBenchmark.RunAsync(workload);
    case ["memory"]:
        return MemoryBenchmark.Run();
    case [BareServer.Command, var url]:
        return await BareServer.RunAsync(url);
    case ["wire", .. var arguments]:
        return await WireBenchmark.RunAsync(arguments);
    case ["scaleout"]:
        return await ScaleoutBenchmark.RunAsync(null);
    case ["scaleout", ScaleoutBenchmark.Compare or ScaleoutBenchmark.Size]:
        return await ScaleoutBenchmark.RunAsync(args[1]);
    case [BareWireServer.Command, var port]:
        return await BareWireServer.RunAsync(port);
    default:
        await Console.Error.WriteLineAsync($"""
            Usage: dotnet run -c Release --project tests/WebCoord.Benchmarks -- <benchmark>
              rest      requests per second and latency over HTTP, beside a bare endpoint with the same payload
              writes [workload]
                        what writes cost without a front end: in the state machine alone, and in the durable pipeline
              memory    bytes per node of a million nodes, and the time that a restart takes with them
              scaleout [compare | size]
                        three instances on one Redis beside one on its embedded log: writes, events, and what is
                        needed to size a service
              wire      the ZooKeeper protocol beside a real ZooKeeper: throughput, latency, fan-out, memory, restart:
                        {WireBenchmark.Usage}
            """);
        return 2;
}
