using WebCoord.Benchmarks.Memory;
using WebCoord.Benchmarks.Rest;

switch (args)
{
    case ["rest"]:
        return await RestBenchmark.RunAsync();
    case ["memory"]:
        return MemoryBenchmark.Run();
    case [BareServer.Command, var url]:
        return await BareServer.RunAsync(url);
    default:
        await Console.Error.WriteLineAsync("""
            Usage: dotnet run -c Release --project tests/WebCoord.Benchmarks -- rest | memory
              rest    requests per second and latency over HTTP, beside a bare endpoint with the same payload
              memory  bytes per node of a million nodes, and the time that a restart takes with them
            """);
        return 2;
}
