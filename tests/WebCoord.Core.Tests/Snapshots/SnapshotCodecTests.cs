using FsCheck;
using FsCheck.Fluent;
using WebCoord.Core.Snapshots;
using WebCoord.Core.Tests.Commands;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Snapshots;

public sealed class SnapshotCodecTests
{
    private static readonly Config Quietly = Config.QuickThrowOnFailure.WithMaxTest(100);

    [Fact]
    public void A_state_comes_out_again_whole() =>
        Prop.ForAll(Arb.From(RandomStates.All), state =>
        {
            var read = Read(Written(state));
            Assert.Equal(Content(state), Content(read));
            Assert.Equal(state.Digest, read.Digest);
        }).Check(Quietly);

    [Fact]
    public void The_initial_state_comes_out_again_too() =>
        Assert.Equal(Content(CoordinationState.Initial), Content(Read(Written(CoordinationState.Initial))));

    [Fact]
    public void A_truncated_snapshot_is_refused_wherever_it_is_cut() =>
        Prop.ForAll(Arb.From(RandomStates.All), state =>
        {
            var bytes = Written(state);
            for (var length = 0; length < bytes.Length; length++)
            {
                var error = Assert.Throws<InvalidDataException>(() => Read(bytes[..length]));
                Assert.Contains("offset", error.Message, StringComparison.Ordinal);
            }
        }).Check(Quietly.WithMaxTest(2));

    [Fact]
    public void A_changed_byte_is_always_noticed() =>
        Prop.ForAll(Arb.From(RandomStates.All), state =>
        {
            var bytes = Written(state);
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] ^= (byte)(1 << (i % 8));
                var error = Record.Exception(() => Read(bytes));
                Assert.True(error is InvalidDataException or UnknownFormatException, $"byte {i}: {error}");
                bytes[i] ^= (byte)(1 << (i % 8));
            }
        }).Check(Quietly.WithMaxTest(2));

    [Fact]
    public void Bytes_after_the_end_are_refused()
    {
        byte[] bytes = [.. Written(CoordinationState.Initial), 0];
        Assert.Throws<InvalidDataException>(() => Read(bytes));
    }

    [Fact]
    public void A_newer_format_asks_for_an_upgrade()
    {
        var bytes = Written(CoordinationState.Initial);
        bytes[SnapshotCodec.Magic.Length]++;
        var error = Assert.Throws<UnknownFormatException>(() => Read(bytes));
        Assert.Contains("upgrade first", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_of_nodes_as_deep_as_a_path_can_be_is_no_trouble()
    {
        var state = CoordinationState.Initial with { Tree = Chain(2_000) };
        Assert.Equal(state.Digest, Read(Written(state)).Digest);
    }

    [Fact]
    public void A_large_tree_reads_with_progress_and_shares_what_is_equal()
    {
        var acl = new Acl([new AclEntry(Permissions.Read, "digest", "user:hash")]);
        var restorer = new TreeRestorer();
        Assert.True(restorer.TryAdd(0, new Znode { Name = "", Acl = Acl.Open }, out _));
        for (var i = 0; i < 250_000; i++)
        {
            var copy = new Acl([.. acl.Entries]);
            Assert.True(restorer.TryAdd(1, new Znode { Name = $"n{i:D6}", Acl = copy, Data = new byte[10] }, out _));
        }

        var state = CoordinationState.Initial with { Tree = restorer.Finish()! };
        var reports = new List<(long Read, long Total)>();
        using var stream = new MemoryStream(Written(state));
        var read = SnapshotCodec.Read(stream, (nodes, total) => reports.Add((nodes, total)));
        Assert.Equal([(100_000, 250_001), (200_000, 250_001)], reports);
        Assert.Equal(2_500_000, read.Tree.DataBytes);
        Assert.Same(read.Tree.Find("/n000001")!.Acl, read.Tree.Find("/n249999")!.Acl);
        Assert.Same(ChildMap.Empty, read.Tree.Find("/n000001")!.Children);
    }

    [Fact]
    public void A_restored_tree_goes_on_taking_changes()
    {
        var tree = Read(Written(CoordinationState.Initial with { Tree = Chain(50) })).Tree;
        var builder = new TreeBuilder(tree, new Zxid(1));
        builder.Add("/n/sibling", new Znode { Name = "sibling", Edition = 1 });
        var added = builder.ToTree(new Zxid(2));
        builder.Remove("/n/sibling", added.Find("/n/sibling")!);
        Assert.NotNull(added.Find("/n/sibling"));
        Assert.NotEqual(tree.Digest, added.Digest);
        Assert.Equal(tree.Digest, builder.ToTree(new Zxid(3)).Digest);
    }

    private static DataTree Chain(int depth)
    {
        var restorer = new TreeRestorer();
        for (var i = 0; i < depth; i++)
        {
            Assert.True(restorer.TryAdd(i, new Znode { Name = i == 0 ? "" : "n", Acl = Acl.Open }, out _));
        }

        return restorer.Finish()!;
    }

    private static byte[] Written(CoordinationState state)
    {
        using var stream = new MemoryStream();
        SnapshotCodec.Write(state, stream);
        return stream.ToArray();
    }

    private static CoordinationState Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return SnapshotCodec.Read(stream);
    }

    /// <summary>Everything in a state; the tree as the list of its nodes.</summary>
    private static string Content(CoordinationState state) => Description.Of(new object?[]
    {
        state.LastZxid, state.ChainHash, state.TimestampMs, state.LogClockMs, state.FeatureLevel, state.StoredSettings,
        state.Sessions, state.Sessions.Ended, state.Instances, state.Epochs,
        state.Tree.NodeCount, state.Tree.DataBytes, state.Tree.Digest, state.Tree.Reapable,
        DataTree.Walk(ZnodePath.Root, state.Tree.Root)
            .Select(item => $"{item.Path} {item.Node.Stat} {item.Node.ChildCreations} {Description.Of(item.Node.Acl)} "
                + Description.Of(item.Node.Data)),
    });
}
