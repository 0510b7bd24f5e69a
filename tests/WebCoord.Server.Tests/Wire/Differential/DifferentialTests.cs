using System.Diagnostics;
using System.Globalization;
using WebCoord.Server.Tests.EndToEnd;
using Xunit.Abstractions;

namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>
/// The same requests go to a real ZooKeeper and to WebCoord, and what comes back must be the same, field by field.
/// WEBCOORD_SEED repeats a run, WEBCOORD_SOAK=1 makes it long.
/// </summary>
public sealed class DifferentialTests(BothServers servers, ITestOutputHelper output) : IClassFixture<BothServers>
{
    private static readonly bool IsSoak = Environment.GetEnvironmentVariable("WEBCOORD_SOAK") == "1";

    /// <summary>The bounds of a run: so many sequences, or so long.</summary>
    private static readonly int MaxSequences = IsSoak ? 20_000 : 400;
    private static readonly TimeSpan MaxTime = IsSoak ? TimeSpan.FromMinutes(30) : TimeSpan.FromSeconds(30);

    [ProgramFact(ZooKeeperProcess.Java, ZooKeeperProcess.Jar)]
    public async Task WebCoord_answers_as_ZooKeeper_does()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("WEBCOORD_SEED"), out var given)
            ? given
            : Random.Shared.Next(int.MaxValue / 2);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"WEBCOORD_SEED={seed}"));
        var runner = servers.Runner();
        var met = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var (sequences, acts, requests) = (0, 0, 0);
        var watch = Stopwatch.StartNew();
        for (; sequences < MaxSequences && watch.Elapsed < MaxTime; sequences++)
        {
            var run = await RunAsync(runner, unchecked(seed + sequences));
            acts += run.Acts;
            requests += run.Requests;
            foreach (var (name, count) in run.Met)
            {
                met[name] = met.GetValueOrDefault(name) + count;
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{sequences} sequences, {acts} acts, {requests} requests in {watch.Elapsed.TotalSeconds:F0} s"));
        output.WriteLine(string.Join('\n', met.Select(pair => $"{pair.Value} x {pair.Key}")));
    }

    private async Task<SequenceRun> RunAsync(SequenceRunner runner, int seed)
    {
        var acts = SequenceGenerator.Generate(seed);
        var run = await runner.RunAsync(acts);
        if (run.Failure is not null)
        {
            output.WriteLine($"As it failed first:\n{run.Failure}\n");
            run = await Shrinker.ShrinkAsync(runner, acts, run);
            Assert.Fail(string.Create(CultureInfo.InvariantCulture,
                $"The sequence of seed {seed} differs. At its shortest:\n{run.Failure}\n{servers.Output}"));
        }

        return run;
    }
}
