using System.Collections.Immutable;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Snapshots;
using WebCoord.Core.Tests.Model;

namespace WebCoord.Core.Tests;

/// <summary>Instances with other options and of other versions on one log: whatever each puts into it, all make the
/// same of it.</summary>
public sealed class MixedInstancesTests
{
    private const int Length = 300;
    private const int Raised = 200;

    /// <summary>Random seeds, so that every run tries something new; a failure prints the one to put here.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 4).Select(_ => Random.Shared.Next())];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Instances_with_other_options_and_feature_levels_have_equal_digests(int seed)
    {
        var first = new StateMachine(CoordinationState.Initial);
        var second = new StateMachine(CoordinationState.Initial);
        foreach (var (index, entry) in History(seed).Index())
        {
            var expected = first.Apply(entry);
            Assert.Equal(expected.Select(Transcript.Of), second.Apply(entry).Select(Transcript.Of));
            Assert.True(first.State.Digest == second.State.Digest, $"seed {seed}, entry {index}");
            if (index == 1)
            {
                Assert.Equal(7_000, second.State.Settings.MaxNodes);
            }
            else if (index % 40 == 39)
            {
                // One of them starts anew, from a snapshot of the other.
                second = new StateMachine(ThroughSnapshot(first.State));
            }
        }

        Assert.Equal(2, first.State.FeatureLevel);
        Assert.Contains(first.State.Sessions.Ended.Values, end => end.Reason == SessionEndReason.LogRegressed);
    }

    [Fact]
    public void A_level_is_not_raised_above_what_one_of_them_supports()
    {
        var machine = new StateMachine(CoordinationState.Initial);
        machine.Apply(Entry(1, Beat(1, level: 2)));
        machine.Apply(Entry(2, Beat(2, level: 1)));
        var refused = machine.Apply(Entry(3, new Command.RaiseFeatureLevel(2)))[0];
        Assert.Equal(ErrorCode.BadArguments, refused.Error);
        Assert.Contains("upgrade it first", refused.Detail, StringComparison.Ordinal);
        machine.Apply(Entry(4, new Command.InstanceLeft(2, null)));
        Assert.True(machine.Apply(Entry(5, new Command.RaiseFeatureLevel(2)))[0].Succeeded);
        Assert.Equal(CoordinationState.SupportedFeatureLevel, machine.State.FeatureLevel);
    }

    [Fact]
    public void Why_a_session_ended_is_known_also_when_the_log_lost_its_beginning()
    {
        var machine = new StateMachine(CoordinationState.Initial);
        machine.Apply(Entry(1, new Command.RaiseFeatureLevel(2)));
        var session = machine.Apply(Entry(2, new Command.CreateSession(4_000, new byte[16])))[0].Session!.Id;
        machine.Apply(Entry(3, new Command.EndSessions([session], SessionEndReason.LogRegressed)));
        machine.Apply(RandomHistory.Entry(Zxid.Create(1, 1), 4, [new Request(new Command.ServiceResumed())]));
        Assert.Equal(SessionEndReason.LogRegressed, machine.State.WhyEnded(session));
        Assert.Equal(SessionEndReason.LogRegressed, machine.State.WhyEnded(SessionId.From(new Zxid(4))));
        Assert.Null(machine.State.WhyEnded(SessionId.From(new Zxid(3))));
        Assert.Null(machine.State.WhyEnded(new SessionId(4)));
    }

    /// <summary>What two instances put into the log in turn: each its own settings to begin with, and heartbeats that
    /// tell of its own level; then, when both know level 2, what needs it.</summary>
    private static IEnumerable<LogEntry> History(int seed)
    {
        var random = new Random(seed);
        var zxid = Zxid.None;
        foreach (var (index, entry) in RandomHistory.Make(seed, Length, batch: 1).Index())
        {
            var requests = entry.Requests.AddRange(Own(index, random).Select(command => new Request(command)));
            zxid = new Zxid(zxid.Value + requests.Length);
            yield return RandomHistory.Entry(zxid, entry.TimestampMs, requests);
        }
    }

    private static ImmutableArray<Command> Own(int index, Random random) => index switch
    {
        0 => [new Command.UpdateSettings(new Settings { MaxNodes = 7_000 }, Bootstrap: true), Beat(1, 1)],
        1 => [new Command.UpdateSettings(new Settings { MaxNodes = 8, TickMs = 100 }, Bootstrap: true), Beat(2, 2)],
        Raised => [Beat(1, 2), Beat(2, 2), new Command.RaiseFeatureLevel(2),
            new Command.CreateSession(4_000, new byte[16])],
        Length - 1 => [End(random, Length), End(random, Length * 3)],
        _ when index % 20 == 0 => [Beat(1, index < Raised ? 1 : 2), new Command.RaiseFeatureLevel(2)],
        _ when index % 20 == 10 => [Beat(2, 2), End(random, index)],
        _ => [],
    };

    /// <summary>Ends all sessions that came of some random and all later zxids.</summary>
    private static Command.EndSessions End(Random random, int mostZxid)
    {
        var from = random.Next(1, mostZxid);
        return new Command.EndSessions([.. Enumerable.Range(from, 3 * Length)
            .Select(zxid => SessionId.From(new Zxid(zxid)))], SessionEndReason.LogRegressed);
    }

    private static Command.InstanceHeartbeat Beat(int id, int level) =>
        new(new InstanceReport(id, $"name{id}", "http://localhost", level, Zxid.None, 0, 0, 0));

    private static LogEntry Entry(long zxid, Command command) =>
        RandomHistory.Entry(new Zxid(zxid), zxid, [new Request(command)]);

    private static CoordinationState ThroughSnapshot(CoordinationState state)
    {
        using var stream = new MemoryStream();
        SnapshotCodec.Write(state, stream, CancellationToken.None);
        stream.Position = 0;
        return SnapshotCodec.Read(stream, null, CancellationToken.None);
    }
}
