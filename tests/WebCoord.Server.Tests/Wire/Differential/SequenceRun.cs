using System.Globalization;
using System.Text;

namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>How a sequence went on the two servers.</summary>
/// <param name="Failure">What differed and may not, with all that led there; null if nothing did.</param>
/// <param name="Acts">How many acts were compared.</param>
/// <param name="Requests">How many requests were compared.</param>
/// <param name="Met">How often each allowed difference was met.</param>
internal sealed record SequenceRun(string? Failure, int Acts, int Requests, IReadOnlyDictionary<string, int> Met);

/// <summary>Runs sequences on ZooKeeper and another server, each run in a subtree of its own.</summary>
internal sealed class SequenceRunner(int leftPort, int rightPort, IReadOnlyList<AllowedDifference> allowed)
{
    private int _runs;

    /// <summary>Changes what the right server sends before it is compared.</summary>
    public Func<WireMessage, WireMessage?>? Tamper { get; init; }

    /// <summary>Runs a sequence, and what belongs before and after it.</summary>
    public async Task<SequenceRun> RunAsync(Sequence sequence)
    {
        var root = string.Create(CultureInfo.InvariantCulture, $"/d{_runs++}");
        await using var left = new Subject(leftPort, SequenceGenerator.Slots);
        await using var right = new Subject(rightPort, SequenceGenerator.Slots);
        if (Tamper is not null)
        {
            right.Tamper = Tamper;
        }

        var (leftScope, rightScope) = (new Scope(root), new Scope(root));
        var comparison = new Comparison(allowed);
        var log = new StringBuilder();
        var (performed, requests) = (0, 0);
        var acts = sequence.IsBare ? sequence.Acts : sequence.Acts.Prepend(Sequence.First);
        foreach (var act in acts.TakeWhile(_ => !comparison.HasEnded).Concat(Sequence.Last))
        {
            var answers = await Task.WhenAll(left.PerformAsync(act, leftScope), right.PerformAsync(act, rightScope));
            if (comparison.HasEnded)
            {
                // Nothing is compared any more; the sessions still have to be closed.
                continue;
            }

            comparison.Compare(act, answers[0], answers[1]);
            Tell(log, act, answers);
            performed++;
            requests += act is Act.Send send ? send.Requests.Count : 0;
        }

        var failure = comparison.Failures.Count == 0
            ? null
            : $"{log}\n{string.Join('\n', comparison.Failures)}".Replace("~", root, StringComparison.Ordinal);
        return new SequenceRun(failure, performed, requests, comparison.Met);
    }

    private static void Tell(StringBuilder log, Act act, ActAnswers[] answers)
    {
        log.Append(CultureInfo.InvariantCulture, $"{act}\n");
        foreach (var (index, slot) in answers[0].Slots.Index())
        {
            var told = slot.Where(message => message.Request?.Text != "(settling ping)").Select(Short).ToList();
            if (told.Count > 0)
            {
                log.Append(CultureInfo.InvariantCulture, $"      -> #{index}: {string.Join(", ", told)}\n");
            }
        }
    }

    private static string Short(Observed message) => message.What switch
    {
        "reply" when message["error"] == "0" => message["path"] ?? message["list"] ?? message["data"] ?? "ok",
        "reply" => message["error"]!,
        "event" => $"event {message["type"]} {message["path"]}",
        var what => what,
    };
}
