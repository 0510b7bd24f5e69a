using System.Globalization;
using System.Net.Http.Json;
using System.Text;

namespace WebCoord.Benchmarks.Rest;

/// <summary>
/// Reads and durable writes of a 100-byte node through the real server on its embedded log, beside a bare endpoint with
/// the same payload. The two take turns, so that whatever else the machine does meets both; medians are compared.
/// </summary>
internal static class RestBenchmark
{
    private const int Turns = 5;

    private static readonly TimeSpan TurnDuration = TimeSpan.FromSeconds(4);

    public static string Text { get; } = new('x', 100);

    public static byte[] Value { get; } = Encoding.UTF8.GetBytes(Text);

    public static async Task<int> RunAsync()
    {
        if (!Wrk.IsInstalled)
        {
            await Console.Error.WriteLineAsync("This benchmark needs wrk: apt-get install wrk");
            return 1;
        }

        var folder = Directory.CreateTempSubdirectory("webcoord-benchmark-").FullName;
        try
        {
            await using var bare = await ChildServer.StartBareAsync(folder);
            await using var webCoord = await ChildServer.StartWebCoordAsync(folder);
            await CreateNodeAsync(webCoord.Address);
            Console.WriteLine("request              server      requests/s   p50 ms   p99 ms");
            foreach (var workload in Workloads(folder))
            {
                await CompareAsync(workload, bare.Address, webCoord.Address);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static Workload[] Workloads(string folder)
    {
        var json = $$"""{"data":"{{Text}}"}""";
        return
        [
            Workload.Create(folder, "GET /v1/nodes", "GET", "/v1/nodes/benchmark", null),
            Workload.Create(folder, "GET /v1/data", "GET", "/v1/data/benchmark", null),
            Workload.Create(folder, "PUT /v1/nodes", "PUT", "/v1/nodes/benchmark", json),
            Workload.Create(folder, "PUT /v1/data", "PUT", "/v1/data/benchmark", Text),
        ];
    }

    private static async Task CreateNodeAsync(Uri address)
    {
        using var client = new HttpClient { BaseAddress = address };
        using var response = await client.PutAsJsonAsync("/v1/nodes/benchmark", new { data = Text });
        response.EnsureSuccessStatusCode();
    }

    private static async Task CompareAsync(Workload workload, Uri bare, Uri webCoord)
    {
        // The first turn of each is the warm-up, in which the code is compiled for good.
        var bareResults = new List<Wrk>();
        var webCoordResults = new List<Wrk>();
        for (var turn = 0; turn <= Turns; turn++)
        {
            bareResults.Add(await Wrk.RunAsync(bare, workload, TurnDuration));
            webCoordResults.Add(await Wrk.RunAsync(webCoord, workload, TurnDuration));
        }

        var reference = Median(bareResults.Skip(1));
        var result = Median(webCoordResults.Skip(1));
        Print(workload.Name, "bare", reference);
        Print("", "WebCoord", result);
        var percent = 100 * result.RequestsPerSecond / reference.RequestsPerSecond;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"",-20} ratio       {percent,9:F0} %"));
    }

    private static Wrk Median(IEnumerable<Wrk> results)
    {
        var list = results.ToList();
        return new Wrk(
            Median(list.Select(result => result.RequestsPerSecond)),
            Median(list.Select(result => result.P50Ms)),
            Median(list.Select(result => result.P99Ms)));
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Turns / 2);

    private static void Print(string name, string server, Wrk result) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-20} {server,-10} {result.RequestsPerSecond,11:F0} {result.P50Ms,8:F2} {result.P99Ms,8:F2}"));
}
