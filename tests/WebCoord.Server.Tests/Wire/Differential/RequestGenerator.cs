namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>Single requests of every operation that a client may send, valid and not.</summary>
internal sealed class RequestGenerator(Chance chance, Flavour flavour)
{
    private static readonly long[] TimesToLive =
        [1_000_000, 1_000_000, 1_000_000, (1L << 40) - 1, 1L << 40, 0, -1, long.MaxValue, long.MinValue];

    private readonly PathGenerator _paths = new(chance);
    private readonly AclGenerator _acls = new(chance, flavour);

    /// <summary>A request for a connection.</summary>
    public PlannedRequest Any(int slot) => chance.Weighted(
        (flavour == Flavour.UnreadableAcls ? 40 : 28, Create),
        (9, () => Plan.Versioned(WireOp.Delete, _paths.Any(), Version())),
        (11, SetData),
        (26, () => Read(slot)),
        (flavour == Flavour.Watches ? 1 : 10, Acl),
        (9, Multi),
        (3, MultiRead),
        (flavour switch { Flavour.Acls => 0, Flavour.UnreadableAcls => 40, _ => 14 }, () => Watching(slot)),
        (flavour == Flavour.Watches ? 1 : 7, _acls.Credential),
        (5, () => Plan.OfPath(chance.Of(WireOp.Sync, WireOp.GetEphemerals), _paths.Any())),
        (2, () => Plan.OfPath(WireOp.GetAllChildrenNumber, _paths.Own())),
        (3, () => Plan.Raw(WireOp.WhoAmI, [])),
        (2, Plan.Ping),
        (2, () => Damaged(slot)),
        (1, () => Read(slot) with { Xid = chance.Of(0, -3, int.MaxValue, int.MinValue) }),
        (1, Reconfig),
        (1, Ending));

    /// <summary>What clients send after a reconnection: the watches that they had.</summary>
    public PlannedRequest SetWatches(int slot)
    {
        var standard = Enumerable.Range(0, 3).Select(_ => _paths.Watched(slot, WatchMode.Standard));
        var lists = chance.OneIn(2)
            ? standard
            : [.. standard, _paths.Watched(slot, WatchMode.Persistent), _paths.Watched(slot, WatchMode.Recursive)];
        return Plan.SetWatches(chance.OneIn(5) ? 1_000 : chance.Below(12), [.. lists]);
    }

    /// <summary>The nodes of a quota, and a look at its statistics.</summary>
    public IReadOnlyList<PlannedRequest> Quota()
    {
        var target = chance.Of("~", "~/a", "~/a/b");
        var nodes = target.Split('/').Select((_, index) => string.Join('/', target.Split('/').Take(index + 1)));
        var quota = "/zookeeper/quota" + target;
        return
        [
            .. nodes.Select(node => Plan.Create(WireOp.Create, "/zookeeper/quota" + node, null, WireAcl.Open, 0)),
            Plan.Create(WireOp.Create, quota + "/zookeeper_limits", "count=2,bytes=10"u8.ToArray(), WireAcl.Open, 0),
            Plan.Create(WireOp.Create, quota + "/zookeeper_stats", "count=0,bytes=0"u8.ToArray(), WireAcl.Open, 0),
            QuotaStatistics(),
        ];
    }

    public PlannedRequest QuotaStatistics() => Plan.Read(WireOp.GetData,
        $"/zookeeper/quota{chance.Of("~", "~/a", "~/a/b")}/zookeeper_stats", watch: false);

    private PlannedRequest Create()
    {
        var type = chance.Of(WireOp.Create, WireOp.Create, WireOp.Create, WireOp.Create2, WireOp.Create2,
            WireOp.CreateContainer, WireOp.CreateTtl);
        var flags = type switch
        {
            WireOp.CreateTtl => chance.OneIn(15) ? chance.Of(-1, 7, 8, int.MaxValue) : chance.Of(5, 6),
            _ when chance.OneIn(15) => chance.Of(-1, 4, 5, 6, 7, 8, int.MaxValue),
            WireOp.CreateContainer => 4,
            _ => chance.Of(0, 0, 0, 1, 1, 2, 3),
        };
        var path = _paths.ToCreate(flags);
        var acl = PathGenerator.IsOwn(path) && path != "~" ? _acls.Any() : WireAcl.Open;
        return type == WireOp.CreateTtl
            ? Plan.CreateTtl(path, Data(), acl, flags, chance.Of(TimesToLive))
            : Plan.Create(type, path, Data(), acl, flags);
    }

    private PlannedRequest SetData() => Plan.SetData(_paths.Any(), Data(), Version());

    private PlannedRequest Read(int slot)
    {
        var path = _paths.Any();
        var mayWatch = flavour != Flavour.Acls && _paths.ModeOf(slot, path) == WatchMode.Standard;
        var type = chance.Of(WireOp.Exists, WireOp.GetData, WireOp.GetChildren, WireOp.GetChildren2);

        // On a node that it may not read, 3.8.0 arms the watch of exists, and then the sequence ends.
        var isRare = flavour == Flavour.UnreadableAcls && type == WireOp.Exists;
        return Plan.Read(type, path, mayWatch && chance.OneIn(isRare ? 12 : 2));
    }

    private PlannedRequest Acl() => chance.OneIn(2)
        ? Plan.OfPath(WireOp.GetAcl, _paths.Any())
        : Plan.SetAcl(_paths.Own(), _acls.Any(), Version());

    private PlannedRequest Multi()
    {
        var parts = Enumerable.Range(0, chance.Between(0, 5)).Select(_ => chance.Weighted(
            (5, Create),
            (2, () => Plan.Versioned(WireOp.Delete, _paths.Any(), Version())),
            (3, SetData),
            (3, () => Plan.Versioned(WireOp.Check, _paths.Any(), Version())),
            (chance.OneIn(10) ? 1 : 0, () => chance.OneIn(2)
                ? Plan.SetAcl(_paths.Own(), WireAcl.Open, -1)
                : Plan.Read(WireOp.GetData, _paths.Any(), watch: false))));
        return Plan.Multi(WireOp.Multi, [.. parts]);
    }

    private PlannedRequest MultiRead()
    {
        var parts = Enumerable.Range(0, chance.Between(0, 4)).Select(_ =>
            chance.OneIn(20)
                ? chance.Of(Plan.Read(WireOp.Exists, _paths.Any(), watch: false), Create())
                : Plan.Read(chance.Of(WireOp.GetData, WireOp.GetChildren), _paths.Any(), chance.OneIn(2)));
        return Plan.Multi(WireOp.MultiRead, [.. parts]);
    }

    private PlannedRequest Watching(int slot)
    {
        // ZooKeeper 3.8.0 takes a null path to watch, and can never end that connection then.
        var path = _paths.Any() ?? _paths.Node();
        var mode = _paths.ModeOf(slot, path);
        if (chance.OneIn(6))
        {
            return SetWatches(slot);
        }

        if (mode != WatchMode.Standard && chance.OneIn(2))
        {
            var wanted = mode == WatchMode.Persistent ? 0 : 1;
            return Plan.Watch(WireOp.AddWatch, path, chance.OneIn(15) ? chance.Of(-1, 2, 99) : wanted);
        }

        // ZooKeeper 3.8 would remove a persistent watch as a data or child watch.
        var type = chance.OneIn(15) ? chance.Of(0, 4, 5, 6, -1) : mode == WatchMode.Standard ? chance.Of(1, 2, 3) : 3;
        return Plan.Watch(chance.Of(WireOp.CheckWatches, WireOp.RemoveWatches), path, type);
    }

    private PlannedRequest Damaged(int slot)
    {
        var request = chance.Weighted(
            (2, Create),
            (1, SetData),
            (2, () => Read(slot)),
            (1, Multi),
            (1, MultiRead),
            (flavour == Flavour.Acls ? 0 : 1, () => SetWatches(slot)),
            (1, Acl));
        return chance.OneIn(2)
            ? Plan.Cut(request, chance.OneIn(3) ? 1_000_000 : chance.Between(1, 9))
            : Plan.Extended(request, chance.Bytes(chance.Between(1, 20)));
    }

    private PlannedRequest Reconfig() => chance.OneIn(2)
        ? Plan.Reconfig("server.2=127.0.0.1:1:2;3", null, null, -1)
        : Plan.Reconfig(null, chance.Of<string?>("2", "", null), null, chance.Below(3));

    /// <summary>What ends a connection, or the session too.</summary>
    private PlannedRequest Ending() => chance.Weighted(
        (3, Plan.CloseSession),
        (2, () => Plan.Raw(chance.Of(0, 10, -1, 23, 99, 108, 1_000, int.MaxValue, int.MinValue, -2), [], closes: true)),
        (1, () => Plan.Raw(WireOp.Sasl, new BodyWriter().Buffer([1, 2, 3]).ToArray())));

    private byte[]? Data() => chance.Weighted<byte[]?>(
        (1, () => null),
        (1, () => []),
        (6, () => [.. Enumerable.Range(0, chance.Between(1, 12)).Select(_ => (byte)chance.Between('a', 'z'))]),
        (1, () => chance.Bytes(300)));

    private int Version() => chance.OneIn(3) ? chance.Of(0, 0, 0, 1, 1, 2, 3, -2, int.MaxValue, int.MinValue) : -1;
}
