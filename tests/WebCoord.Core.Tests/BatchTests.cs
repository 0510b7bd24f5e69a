using System.Collections.Immutable;
using WebCoord.Core.Commands;
using WebCoord.Core.Snapshots;
using WebCoord.Core.Tests.Model;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests;

/// <summary>The requests of a batch change one tree in place; nobody outside may ever notice.</summary>
public sealed class BatchTests
{
    private const int Length = 300;

    /// <summary>Random seeds, so that every run tries something new; a failure prints the one to put here.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 4).Select(_ => Random.Shared.Next())];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_state_that_was_given_out_never_changes(int seed)
    {
        var machine = new StateMachine(CoordinationState.Initial);
        var held = new List<(CoordinationState State, byte[] Content)>();
        var told = new List<(ImmutableArray<ApplyResult> Results, string Text)>();
        foreach (var batch in RandomHistory.Make(seed, Length, batch: 12))
        {
            var results = machine.Apply(batch);
            held.Add((machine.State, Content(machine.State)));
            told.Add((results, Of(results)));
        }

        Assert.All(held, item => Assert.Equal(item.Content, Content(item.State)));
        Assert.All(told, item => Assert.Equal(item.Text, Of(item.Results)));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_whole_batch_leaves_what_its_requests_leave_one_by_one(int seed)
    {
        var whole = new StateMachine(CoordinationState.Initial);
        var single = new StateMachine(CoordinationState.Initial);
        foreach (var batch in RandomHistory.Make(seed, Length, batch: 15))
        {
            var expected = batch.Requests.Select((request, index) => single.Apply(
                RandomHistory.Entry(new Zxid(batch.FirstZxid.Value + index), batch.TimestampMs, [request])).Single());
            string[] texts = [.. expected.Select(Transcript.Of)];
            Assert.Equal(texts, whole.Apply(batch).Select(Transcript.Of));
            Assert.Equal(Content(single.State), Content(whole.State));
        }
    }

    [Fact]
    public void A_state_may_be_gone_on_from_twice()
    {
        var machine = new StateMachine(CoordinationState.Initial);
        machine.Apply(Batch(1, new Command.Put("/a", default), new Command.Put("/a/b", default)));
        var before = Content(machine.State);
        var first = new StateMachine(machine.State);
        var second = new StateMachine(machine.State);
        first.Apply(Batch(3, new Command.Put("/a/b", new byte[1]), new Command.Delete("/a/b")));
        second.Apply(Batch(3, new Command.Put("/a/c", new byte[2]), new Command.Put("/a/b", new byte[3])));
        Assert.Equal(before, Content(machine.State));
        Assert.Null(first.State.Tree.Find("/a/b"));
        Assert.Equal((3, 2), (second.State.Tree.Find("/a/b")!.DataLength, second.State.Tree.Find("/a/c")!.DataLength));
    }

    [Fact]
    public void A_failed_transaction_leaves_nothing_of_its_changes()
    {
        var machine = Prepared(out var zxid);
        var before = machine.State;
        var content = Content(before);
        var failing = Failing();
        var results = machine.Apply(Batch(zxid, before.Sessions.Single().Id, failing));
        Assert.Equal(ErrorCode.NoNode, results.Single().Error);
        Assert.Empty(results.Single().Changes);
        Assert.Equal(before.Tree.Digest, machine.State.Tree.Digest);
        Assert.Equal(Nodes(before), Nodes(machine.State));
        Assert.Equal(before.Tree.Root.Subtree, machine.State.Tree.Root.Subtree);
        Assert.Equal(before.Tree.Reapable, machine.State.Tree.Reapable);
        Assert.Equal(before.Sessions.Single().Ephemerals, machine.State.Sessions.Single().Ephemerals);
        Assert.Equal(content, Content(before));
    }

    [Fact]
    public void A_failed_transaction_among_other_requests_takes_nothing_from_them()
    {
        var with = Prepared(out var zxid);
        var without = Prepared(out _);
        var session = with.State.Sessions.Single().Id;
        Command[] before = [Sequential("/p/s-"), new Command.SetData("/p/a", new byte[7]), Ephemeral("/early")];
        Command[] after = [Sequential("/p/s-"), new Command.Delete("/p/a"), Ephemeral("/late")];
        with.Apply(Batch(zxid, session, [.. before, Failing(), .. after]));
        without.Apply(Batch(zxid, session, [.. before, new Command.Check("/none"), .. after]));
        Assert.NotNull(with.State.Tree.Find("/p/s-0000000002"));
        Assert.Equal(["/e", "/early", "/late"], with.State.Sessions.Single().Ephemerals);
        Assert.Equal(Content(without.State), Content(with.State));
    }

    [Fact]
    public void Parents_made_for_a_node_that_is_then_refused_are_gone()
    {
        var machine = Prepared(out var zxid);
        var before = Nodes(machine.State);
        var refused = new Command.Create("/x/y/bad\u0001name", null, CreateMode.Persistent, Acl.Open,
            CreateParents: true);
        Assert.Equal(ErrorCode.BadArguments, machine.Apply(Batch(zxid, refused)).Single().Error);
        Assert.Equal(before, Nodes(machine.State));
    }

    [Fact]
    public void A_bug_in_the_midst_of_a_request_undoes_that_request_alone()
    {
        var with = Prepared(out var zxid);
        var without = Prepared(out _);
        Command[] before = [new Command.SetData("/p/a", new byte[7]), Sequential("/p/s-")];
        Command[] after = [Sequential("/p/s-"), new Command.Put("/late", default)];
        var bug = new Command.Multi(
            [new Command.SetData("/p/a", new byte[9]), new Command.Create("/b", null, CreateMode.Persistent, null!)]);
        var results = with.Apply(Batch(zxid, [.. before, bug, .. after]));
        var expected = without.Apply(Batch(zxid, [.. before, new Command.Check("/none"), .. after]));
        Assert.Equal(ErrorCode.InternalError, results[2].Error);
        Assert.Equal(expected.RemoveAt(2).Select(Transcript.Of), results.RemoveAt(2).Select(Transcript.Of));
        Assert.Equal(Content(without.State), Content(with.State));
    }

    /// <summary>Changes everything that a transaction can, and fails at last.</summary>
    private static Command.Multi Failing() => new(
    [
        new Command.SetData("/p/a", new byte[1_000]),
        new Command.Delete("/e"),
        Ephemeral("/e2"),
        new Command.Delete("/p/container"),
        new Command.Create("/p/other", null, CreateMode.Container, Acl.Open),
        Sequential("/p/s-"),
        Sequential("/p/s-"),
        new Command.SetAcl("/p", Acl.ReadOnly),
        new Command.Put("/q/r/s", new byte[10], CreateParents: true),
        new Command.DeleteRecursive("/q"),
        new Command.Delete("/missing"),
    ]);

    private static StateMachine Prepared(out long next)
    {
        var machine = new StateMachine(CoordinationState.Initial);
        machine.Apply(Batch(1, new Command.CreateSession(30_000, new byte[16])));
        Command[] commands =
        [
            new Command.Put("/p", default),
            new Command.Put("/p/a", new byte[3]),
            new Command.Create("/p/container", null, CreateMode.Container, Acl.Open),
            Ephemeral("/e"),
        ];
        var results = machine.Apply(Batch(2, machine.State.Sessions.Single().Id, commands));
        Assert.All(results, result => Assert.True(result.Succeeded, result.Detail));
        next = machine.State.LastZxid.Value + 1;
        return machine;
    }

    private static Command.Create Sequential(string path) =>
        new(path, null, CreateMode.PersistentSequential, Acl.Open);

    private static Command.Create Ephemeral(string path) => new(path, null, CreateMode.Ephemeral, Acl.Open);

    private static LogEntry Batch(long first, params Command[] commands) => Batch(first, default, commands);

    private static LogEntry Batch(long first, Sessions.SessionId session, params Command[] commands)
    {
        var requests = commands.Select(command => new Request(command) { Session = session }).ToImmutableArray();
        return RandomHistory.Entry(new Zxid(first + commands.Length - 1), 1_700_000_000_000 + first, requests);
    }

    private static string Of(ImmutableArray<ApplyResult> results) => string.Join('\n', results.Select(Transcript.Of));

    private static string[] Nodes(CoordinationState state) =>
    [
        .. DataTree.Walk(ZnodePath.Root, state.Tree.Root).Select(pair =>
            $"{pair.Path} {pair.Node.Stat} {pair.Node.ChildCreations} {pair.Node.SetAtMs} {pair.Node.Subtree} "
            + $"{Transcript.Of(pair.Node.Acl)} {pair.Node.DataDigest}"),
    ];

    /// <summary>All of a state, as a snapshot holds it; that the digest in it is right shows when it is read.</summary>
    private static byte[] Content(CoordinationState state)
    {
        using var stream = new MemoryStream();
        SnapshotCodec.Write(state, stream);
        stream.Position = 0;
        SnapshotCodec.Read(stream);
        return stream.ToArray();
    }
}
