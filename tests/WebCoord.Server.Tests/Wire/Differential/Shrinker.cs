using System.Diagnostics;

namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>Makes a sequence that fails as short as it can within a bound: it drops acts, then single requests, as long
/// as it still fails.</summary>
internal static class Shrinker
{
    private const int MaxRuns = 400;

    private static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1);

    public static async Task<SequenceRun> ShrinkAsync(
        SequenceRunner runner, Sequence sequence, SequenceRun run)
    {
        // What comes after the failure did not cause it.
        IReadOnlyList<Act> acts = [.. sequence.Acts.Take(run.Acts)];
        var runs = 0;
        var watch = Stopwatch.StartNew();
        for (var size = Math.Max(1, acts.Count / 2); size >= 1; size /= 2)
        {
            for (var index = acts.Count - size; index >= 0 && MayRun(); index -= size)
            {
                List<Act> candidate = [.. acts.Take(index), .. acts.Skip(index + size)];
                var again = await runner.RunAsync(sequence with { Acts = candidate });
                if (again.Failure is not null)
                {
                    (acts, run) = (candidate, again);
                    index = Math.Min(index, acts.Count);
                }
            }
        }

        for (var index = acts.Count - 1; index >= 0; index--)
        {
            foreach (var candidate in WithoutOneRequest(acts, index))
            {
                if (!MayRun())
                {
                    return run;
                }

                var again = await runner.RunAsync(sequence with { Acts = candidate });
                if (again.Failure is not null)
                {
                    (acts, run) = (candidate, again);
                    index++;
                    break;
                }
            }
        }

        return run;

        bool MayRun() => runs++ < MaxRuns && watch.Elapsed < MaxTime;
    }

    private static IEnumerable<IReadOnlyList<Act>> WithoutOneRequest(IReadOnlyList<Act> acts, int index)
    {
        if (index >= acts.Count || acts[index] is not Act.Send { Requests: { Count: > 1 } requests } send)
        {
            yield break;
        }

        for (var dropped = 0; dropped < requests.Count; dropped++)
        {
            List<PlannedRequest> rest = [.. requests.Take(dropped), .. requests.Skip(dropped + 1)];
            yield return [.. acts.Take(index), send with { Requests = rest }, .. acts.Skip(index + 1)];
        }
    }
}
