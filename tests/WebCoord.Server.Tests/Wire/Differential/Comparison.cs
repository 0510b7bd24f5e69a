using System.Globalization;

namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>
/// Compares, act by act, what two servers sent on each connection of one sequence. What differs and is not in the table
/// of allowed differences is a failure.
/// </summary>
internal sealed class Comparison(IReadOnlyList<AllowedDifference> allowed)
{
    private readonly OrderedPairs _zxids = new();
    private readonly OrderedPairs _sessions = new();
    private readonly ServerClock _leftClock = new();
    private readonly ServerClock _rightClock = new();

    /// <summary>What differs and may not; empty while the servers do alike.</summary>
    public List<Disagreement> Failures { get; } = [];

    /// <summary>How often each allowed difference was met.</summary>
    public Dictionary<string, int> Met { get; } = [];

    /// <summary>Whether an allowed difference has left the servers in different states, so that nothing after it can
    /// be compared.</summary>
    public bool HasEnded { get; private set; }

    public void Compare(Act act, ActAnswers left, ActAnswers right)
    {
        for (var slot = 0; slot < left.Slots.Count && !HasEnded; slot++)
        {
            var (leftAuth, leftRest) = Arrange(act, left.Slots[slot]);
            var (rightAuth, rightRest) = Arrange(act, right.Slots[slot]);
            CompareMessages(leftAuth, rightAuth);
            CompareMessages(leftRest, rightRest);
        }

        CheckEvents(right);
    }

    /// <summary>A zxid that an event tells must be that of a write in the same act, whose reply has come by now: so
    /// what setWatches sends has none.</summary>
    private void CheckEvents(ActAnswers answers)
    {
        var messages = answers.Slots.SelectMany(slot => slot).ToList();
        var writes = messages.Where(message => !message.IsEvent).SelectMany(message => message.Fields)
            .OfType<Field.Write>().Where(field => field.Name == "zxid").Select(field => field.Zxid).ToHashSet();
        foreach (var message in messages.Where(message => message.IsEvent))
        {
            if (message.Fields.OfType<Field.Write>().Single().Zxid is var zxid and not -1 && !writes.Contains(zxid))
            {
                Judge(new Disagreement("zxid of an event", null, message, "no write of this act has it"));
            }
        }
    }

    /// <summary>Takes the auth replies out, which ZooKeeper sends at any place, and sorts the events of a closing
    /// session, whose order it leaves open.</summary>
    private static (List<Observed> Auth, List<Observed> Others) Arrange(Act act, IReadOnlyList<Observed> messages)
    {
        var isAuth = messages.ToLookup(message => message.Request?.Type == WireOp.Auth);
        var others = isAuth[false].ToList();
        if (act is Act.Send { Requests: var requests } && requests.Any(request => request.Type == WireOp.CloseSession))
        {
            for (var start = 0; start < others.Count; start++)
            {
                var count = others.Skip(start).TakeWhile(message => message.IsEvent).Count();
                others.Sort(start, count, Comparer<Observed>.Create((one, other) => string.CompareOrdinal(
                    one["path"] + one["type"], other["path"] + other["type"])));
                start += count;
            }
        }

        return (isAuth[true].ToList(), others);
    }

    private void CompareMessages(List<Observed> left, List<Observed> right)
    {
        for (var index = 0; index < Math.Max(left.Count, right.Count) && !HasEnded; index++)
        {
            var one = left.ElementAtOrDefault(index);
            var other = right.ElementAtOrDefault(index);
            if (one?.What != other?.What || one?.Request != other?.Request)
            {
                Judge(new Disagreement("messages", one, other,
                    $"ZooKeeper sent [{string.Join("; ", left)}],\n  the other [{string.Join("; ", right)}]"));
                return;
            }

            CompareFields(one!, other!);
        }
    }

    private void CompareFields(Observed left, Observed right)
    {
        var names = left.Fields.Concat(right.Fields).Select(field => field.Name).Distinct(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var one = left.Fields.FirstOrDefault(field => field.Name == name);
            var other = right.Fields.FirstOrDefault(field => field.Name == name);
            if (Differ(one, other) is not { } reason)
            {
                continue;
            }

            Judge(new Disagreement(name, left, right, reason));
            if (name == "error" || HasEnded)
            {
                // Answers with different errors have nothing else in common.
                return;
            }
        }
    }

    private string? Differ(Field? left, Field? right) => (left, right) switch
    {
        (Field.Plain one, Field.Plain other) => one.Value == other.Value ? null : $"{one.Value} and {other.Value}",
        (Field.Write one, Field.Write other) => Told(one, other, _zxids.Pair(one.Zxid, other.Zxid)),
        (Field.Applied one, Field.Applied other) => Told(one, other, _zxids.Bound(one.Zxid, other.Zxid)),
        (Field.Session one, Field.Session other) => Told(one, other, _sessions.Pair(one.Id, other.Id)),
        (Field.Time one, Field.Time other) => one.Zxid == 0 && one.Milliseconds != other.Milliseconds
            ? Told(one, other, "the time of a node that was always there")
            : _leftClock.Check(one.Zxid, one.Milliseconds) ?? _rightClock.Check(other.Zxid, other.Milliseconds),
        _ => $"{left?.ToString() ?? "nothing"} and {right?.ToString() ?? "nothing"}",
    };

    private static string? Told(Field left, Field right, string? reason) =>
        reason is null ? null : string.Create(CultureInfo.InvariantCulture, $"{left} and {right}: {reason}");

    private void Judge(Disagreement disagreement)
    {
        if (allowed.FirstOrDefault(difference => difference.Covers(disagreement)) is not { } match)
        {
            Failures.Add(disagreement);
            HasEnded = true;
            return;
        }

        Met[match.Name] = Met.GetValueOrDefault(match.Name) + 1;
        HasEnded |= match.Ends(disagreement);
    }
}
