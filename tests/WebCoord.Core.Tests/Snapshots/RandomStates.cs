using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tests.Commands;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Snapshots;

/// <summary>Makes states with something in every part of them.</summary>
internal sealed class RandomStates(Random random)
{
    private readonly RandomRequests _values = new(random);

    public static Gen<CoordinationState> All { get; } =
        Gen.Choose(0, int.MaxValue).Select(seed => new RandomStates(new Random(seed)).One(30));

    public CoordinationState One(int mostNodes) => new()
    {
        LastZxid = new Zxid(_values.Long()),
        ChainHash = ChainHash.Next(ChainHash.Start, default, default, _values.Long(), []),
        TimestampMs = _values.Long(),
        LogClockMs = _values.Long(),
        FeatureLevel = _values.Int(),
        StoredSettings = _values.Bool() ? null : _values.Settings(),
        Tree = Tree(random.Next(mostNodes)),
        Sessions = Sessions(),
        Instances = _values.Several(3, () => new Instance(_values.Report(), _values.Long()))
            .DistinctBy(instance => instance.Report.Id)
            .ToImmutableSortedDictionary(instance => instance.Report.Id, instance => instance),
        Epochs = _values.Several(3, () => (Epoch: _values.Int(), Last: new Zxid(_values.Long())))
            .DistinctBy(pair => pair.Epoch).ToImmutableSortedDictionary(pair => pair.Epoch, pair => pair.Last),
    };

    private SessionTable Sessions()
    {
        var table = SessionTable.Empty.SetAll(_values.Several(4, () => new Session
        {
            Id = new SessionId(_values.Long()),
            Key = _values.Bytes(),
            TimeoutMs = _values.Int(),
            LastTouchMs = _values.Long(),
            Owner = _values.Owner(),
            Ephemerals = _values.Several(4, _values.Text).ToImmutableSortedSet(StringComparer.Ordinal),
        }));
        var ends = _values.Several(3, () => new SessionEnd((SessionEndReason)random.Next(3), _values.Long()));
        return ends.Aggregate(table, (all, end) => all.End(new SessionId(_values.Long()), end));
    }

    private DataTree Tree(int nodes)
    {
        var tree = new TreeBuilder(DataTree.Initial, new Zxid(1));
        for (var i = 0; i < nodes; i++)
        {
            var all = DataTree.Walk(ZnodePath.Root, tree.Root).ToArray();
            var path = all[random.Next(all.Length)].Path;
            var node = Node($"{(char)random.Next('a', 'h')}{i}", tree.Edition);
            tree.Add(path.Child(node.Name).Value, node).ChildCreations++;
        }

        return tree.ToTree(new Zxid(2));
    }

    private Znode Node(string name, long edition) => new()
    {
        Name = name,
        Edition = edition,
        Data = _values.Data(),
        Acl = _values.Acl(),
        Czxid = new Zxid(_values.Long()),
        Mzxid = new Zxid(_values.Long()),
        Pzxid = new Zxid(_values.Long()),
        Ctime = _values.Long(),
        Mtime = _values.Long(),
        Version = _values.Int(),
        Aversion = _values.Int(),
        Kind = (NodeKind)random.Next(4),
        EphemeralOwner = new SessionId(_values.Long()),
        TtlMs = _values.Long(),
    };
}
