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
    private static readonly TimeSpan MaxTime = IsSoak ? TimeSpan.FromMinutes(20) : TimeSpan.FromSeconds(30);

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

    [ProgramFact(ZooKeeperProcess.Java, ZooKeeperProcess.Jar)]
    public void Fresh_servers_have_the_same_nodes() => Assert.Null(servers.Fresh!.Failure);

    [ProgramFact(ZooKeeperProcess.Java, ZooKeeperProcess.Jar)]
    public async Task Every_kind_of_wrong_answer_is_noticed()
    {
        Assert.Null((await servers.Runner().RunAsync(WrongAnswers.Sequence)).Failure);
        foreach (var (name, tamper) in WrongAnswers.Kinds)
        {
            var run = await servers.Runner(tamper).RunAsync(WrongAnswers.Sequence);
            Assert.True(run.Failure is not null, $"{name} went unnoticed.");
        }
    }

    [ProgramFact(ZooKeeperProcess.Java, ZooKeeperProcess.Jar)]
    public async Task A_sequence_that_fails_is_shown_at_its_shortest()
    {
        var runner = servers.Runner(WrongAnswers.Version);

        var first = await runner.RunAsync(WrongAnswers.Sequence);
        var run = await Shrinker.ShrinkAsync(runner, WrongAnswers.Sequence, first);

        output.WriteLine(run.Failure);
        Assert.NotNull(run.Failure);

        // The root of the subtree is made, then something is created with create2: its Stat is wrong.
        Assert.Equal(2, run.Acts);
    }

    private async Task<SequenceRun> RunAsync(SequenceRunner runner, int seed)
    {
        var sequence = SequenceGenerator.Generate(seed);
        var run = await runner.RunAsync(sequence);
        if (run.Failure is not null)
        {
            output.WriteLine($"As it failed first:\n{run.Failure}\n");
            run = await Shrinker.ShrinkAsync(runner, sequence, run);
            Assert.Fail(string.Create(CultureInfo.InvariantCulture,
                $"The sequence of seed {seed} differs. At its shortest:\n{run.Failure}\n{servers.Output}"));
        }

        return run;
    }
}
