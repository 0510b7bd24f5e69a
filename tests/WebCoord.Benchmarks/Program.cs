using WebCoord.Benchmarks.Memory;
using WebCoord.Benchmarks.Rest;
using WebCoord.Benchmarks.Wire;
using WebCoord.Benchmarks.Wire.Servers;

switch (args)
{
    case ["rest"]:
        return await RestBenchmark.RunAsync();
    case ["memory"]:
        return MemoryBenchmark.Run();
    case [BareServer.Command, var url]:
        return await BareServer.RunAsync(url);
    case ["wire", .. var arguments]:
        return await WireBenchmark.RunAsync(arguments);
    case [BareWireServer.Command, var port]:
        return await BareWireServer.RunAsync(port);
    default:
        await Console.Error.WriteLineAsync($"""
            Usage: dotnet run -c Release --project tests/WebCoord.Benchmarks -- rest | memory | wire
              rest    requests per second and latency over HTTP, beside a bare endpoint with the same payload
              memory  bytes per node of a million nodes, and the time that a restart takes with them
              wire    the ZooKeeper protocol beside a real ZooKeeper: throughput, latency, fan-out, memory and restart:
                      {WireBenchmark.Usage}
            """);
        return 2;
}
