using WebCoord.Core.Commands;
using WebCoord.Core.Snapshots;
using WebCoord.Core.Tests.Model;

namespace WebCoord.Core.Tests;

/// <summary>The same log gives the same state, whoever applies it and however it came there.</summary>
public sealed class DeterminismTests
{
    private const int Length = 400;

    /// <summary>Random seeds, so that every run tries something new; a failure prints the one to put here.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 4).Select(_ => Random.Shared.Next())];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_same_entries_give_the_same_digest_and_the_same_results(int seed)
    {
        var entries = RandomHistory.Make(seed, Length, batch: 1);
        var first = new StateMachine(CoordinationState.Initial);
        var second = new StateMachine(CoordinationState.Initial);
        foreach (var entry in entries)
        {
            var expected = first.Apply(entry);
            Assert.Equal(expected.Select(Transcript.Of), second.Apply(entry).Select(Transcript.Of));
            Assert.Equal(first.State.Digest, second.State.Digest);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Requests_of_one_moment_may_be_cut_into_batches_anywhere(int seed)
    {
        var batches = RandomHistory.Make(seed, Length, batch: 10);
        var random = new Random(seed);
        var whole = new StateMachine(CoordinationState.Initial);
        var cut = new StateMachine(CoordinationState.Initial);
        foreach (var batch in batches)
        {
            var at = random.Next(1, batch.Requests.Length);
            var expected = whole.Apply(batch);
            var actual = cut.Apply(Part(batch, 0, at)).Concat(cut.Apply(Part(batch, at, batch.Requests.Length)));
            Assert.Equal(expected.Select(Transcript.Of), actual.Select(Transcript.Of));
            Assert.Equal(whole.State.Digest, cut.State.Digest);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_snapshot_in_the_middle_changes_nothing(int seed)
    {
        var entries = RandomHistory.Make(seed, Length, batch: 1);
        var straight = new StateMachine(CoordinationState.Initial);
        var restored = new StateMachine(CoordinationState.Initial);
        for (var i = 0; i < entries.Count; i++)
        {
            var expected = straight.Apply(entries[i]);
            Assert.Equal(expected.Select(Transcript.Of), restored.Apply(entries[i]).Select(Transcript.Of));
            if (i % 50 == 49)
            {
                restored = new StateMachine(ThroughSnapshot(restored.State));
            }

            Assert.Equal(straight.State.Digest, restored.State.Digest);
        }
    }

    [Fact]
    public void A_digest_tells_null_data_from_empty_data()
    {
        var isNull = new StateMachine(CoordinationState.Initial);
        var isEmpty = new StateMachine(CoordinationState.Initial);
        isNull.Apply(Putting(null));
        isEmpty.Apply(Putting(ReadOnlyMemory<byte>.Empty));
        Assert.NotEqual(isNull.State.Digest, isEmpty.State.Digest);

        static LogEntry Putting(ReadOnlyMemory<byte>? data) =>
            RandomHistory.Entry(new Zxid(1), 1, [new Request(new Command.Put("/a", data))]);
    }

    private static CoordinationState ThroughSnapshot(CoordinationState state)
    {
        using var stream = new MemoryStream();
        SnapshotCodec.Write(state, stream, CancellationToken.None);
        stream.Position = 0;
        return SnapshotCodec.Read(stream, null, CancellationToken.None);
    }

    private static LogEntry Part(LogEntry entry, int start, int end) => entry with
    {
        LastZxid = new Zxid(entry.FirstZxid.Value + end - 1),
        Requests = entry.Requests[start..end],
    };
}
