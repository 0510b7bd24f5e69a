using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Model;

/// <summary>
/// Random histories, request by request, against <see cref="ReferenceTree"/>. A failure prints the shortest history
/// found and the seed that replays it: put that into <see cref="Config"/>'s <c>WithReplay</c>.
/// </summary>
public sealed class ModelTests
{
    private static readonly int Histories =
        Environment.GetEnvironmentVariable("WEBCOORD_SOAK") == "1" ? 4_000 : 40;

    [Fact]
    public void Every_history_gives_the_results_changes_and_tree_of_the_reference_model()
    {
        var numbers = Gen.Choose(0, int.MaxValue).ArrayOf(100);
        var histories = Arb.From(numbers, Shorter);
        Prop.ForAll(histories, history => Replay(history))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Histories).WithQuietOnSuccess(true));
    }

    /// <summary>Histories with a half, a quarter, ... or a single request left out.</summary>
    private static IEnumerable<int[]> Shorter(int[] history)
    {
        for (var length = history.Length / 2; length > 0; length /= 2)
        {
            for (var start = 0; start + length <= history.Length; start += length)
            {
                yield return [.. history[..start], .. history[(start + length)..]];
            }
        }
    }

    private static void Replay(int[] history)
    {
        var machine = new StateMachine(CoordinationState.Initial);
        var model = new ReferenceTree();
        var now = 1_700_000_000_000L;
        var last = Zxid.None;
        for (var i = 0; i < history.Length; i++)
        {
            var generator = new RequestGenerator(history[i], model);
            now += generator.NextDelayMs();
            last = generator.NextEpochBegins() ? Zxid.Create(last.Epoch + 1, 1) : new Zxid(last.Value + 1);
            var request = generator.Next();
            var entry = Entry(last, now, request);
            model.Begin(entry);
            var expected = model.Apply(last, request);
            var actual = Assert.Single(machine.Apply(entry));
            var because = $"request {i}: {Describe(request)}";
            AssertEqual(Transcript.Of(expected), Transcript.Of(actual), because);
            AssertEqual(Everything(model), Everything(machine.State), because);
        }

        var digest = DataTree.Walk(ZnodePath.Root, machine.State.Tree.Root)
            .Aggregate(0UL, (sum, pair) => unchecked(sum + StateDigest.OfNode(pair.Path.Value, pair.Node)));
        Assert.Equal(digest, machine.State.Tree.Digest);
        Assert.All(DataTree.Walk(ZnodePath.Root, machine.State.Tree.Root), pair => Assert.Equal(
            DataTree.Walk(pair.Path, pair.Node).Select(below => SubtreeSums.OfOne(below.Node))
                .Aggregate((sum, one) => sum + one),
            pair.Node.Subtree));
    }

    private static LogEntry Entry(Zxid zxid, long now, Request request) => new()
    {
        LastZxid = zxid,
        TimestampMs = now,
        Incarnation = 1,
        Sequence = 1,
        ChainHash = ChainHash.Start,
        Requests = [request],
    };

    private static string Everything(ReferenceTree model)
    {
        var children = model.Nodes.Keys.Where(path => path != "/").CountBy(ReferenceTree.ParentOf).ToDictionary();
        var nodes = model.Nodes.Select(pair => Line(pair.Key, pair.Value.Stat(children.GetValueOrDefault(pair.Key)),
            pair.Value.Data, pair.Value.Acl));
        var sessions = model.Sessions.Select(pair => $"{pair.Key} {pair.Value.TimeoutMs} {pair.Value.LastTouchMs} "
            + $"{pair.Value.Owner} {string.Join(' ', model.EphemeralsOf(pair.Key))}");
        var reapable = model.Nodes.Where(p => p.Value.Kind is NodeKind.Container or NodeKind.Ttl).Select(p => p.Key);
        return Join(nodes, sessions, reapable, model.Epochs.Select(pair => $"{pair.Key} {pair.Value}"),
            model.Nodes.Count,
            model.Nodes.Values.Sum(node => (long)(node.Data?.Length ?? 0)), model.ClockMs, model.Settings);
    }

    private static string Everything(CoordinationState state)
    {
        var nodes = DataTree.Walk(ZnodePath.Root, state.Tree.Root).OrderBy(p => p.Path.Value, StringComparer.Ordinal)
            .Select(pair => Line(pair.Path.Value, pair.Node.Stat, pair.Node.Data?.ToArray(), pair.Node.Acl));
        var sessions = state.Sessions.Select(session => $"{session.Id} {session.TimeoutMs} {session.LastTouchMs} "
            + $"{session.Owner} {string.Join(' ', session.Ephemerals)}");
        return Join(nodes, sessions, state.Tree.Reapable, state.Epochs.Select(pair => $"{pair.Key} {pair.Value}"),
            (int)state.Tree.NodeCount, state.Tree.DataBytes, state.LogClockMs, state.Settings);
    }

    private static string Join(IEnumerable<string> nodes, IEnumerable<string> sessions, IEnumerable<string> reapable,
        IEnumerable<string> epochs, int count, long bytes, long clock, Settings settings) =>
        string.Join('\n', [.. nodes, .. sessions, .. reapable, .. epochs,
            string.Create(CultureInfo.InvariantCulture, $"{count} nodes, {bytes} bytes, clock {clock}"),
            $"{settings}"]);

    private static string Line(string path, Stat stat, byte[]? data, Acl acl) =>
        $"{path} {Transcript.Of(stat)} {(data is null ? "null" : Convert.ToHexString(data))} {Transcript.Of(acl)}";

    private static string Describe(Request request) => request.Command is Command.Multi multi
        ? $"{request}\n  {string.Join("\n  ", multi.Operations)}"
        : request.ToString();

    private static void AssertEqual(string expected, string actual, string because)
    {
        if (expected != actual)
        {
            var wrong = expected.Split('\n').Except(actual.Split('\n')).ToArray();
            var seen = actual.Split('\n').Except(expected.Split('\n')).ToArray();
            Assert.Fail($"{because}\nexpected: {string.Join("\n          ", wrong)}\n"
                + $"actual:   {string.Join("\n          ", seen)}");
        }
    }
}
