namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>Sequences of acts on a few connections. The same seed makes the same sequence.</summary>
internal sealed class SequenceGenerator
{
    /// <summary>Connections of a sequence.</summary>
    public const int Slots = 3;

    private readonly Chance _chance;
    private readonly RequestGenerator _requests;

    private SequenceGenerator(int seed)
    {
        _chance = new Chance(seed);
        Flavour = _chance.Of(Flavour.Watches, Flavour.Watches, Flavour.ReadableAcls, Flavour.Acls, Flavour.Acls);
        _requests = new RequestGenerator(_chance, Flavour);
    }

    public Flavour Flavour { get; }

    public static IReadOnlyList<Act> Generate(int seed) => [.. new SequenceGenerator(seed).Acts()];

    /// <summary>The first act of every sequence, without which the others mean nothing.</summary>
    public static Act First { get; } =
        new Act.Send(0, [Plan.Create(WireOp.Create, "~", null, WireAcl.Open, 0)]);

    /// <summary>The last acts of every run: no session stays behind, and the others see it go.</summary>
    public static IReadOnlyList<Act> Last { get; } =
        [.. Enumerable.Range(0, Slots).Select(slot => new Act.Send(slot, [Plan.CloseSession()]))];

    private IEnumerable<Act> Acts()
    {
        var count = _chance.Between(20, 50);
        for (var number = 0; number < count; number++)
        {
            var slot = _chance.Below(Slots);
            foreach (var act in Some(slot))
            {
                yield return act;
            }
        }
    }

    private IReadOnlyList<Act> Some(int slot) => _chance.Weighted<IReadOnlyList<Act>>(
        (60, () => [Single(_requests.Any(slot), slot)]),
        (22, () => [Pipelined(slot)]),
        (3, () => [Connection(slot)]),
        (Flavour == Flavour.Acls ? 0 : 3, () => [Connection(slot), Single(_requests.SetWatches(slot), slot)]),
        (1, () => [new Act.Send(slot, _requests.Quota())]),
        (2, () => [Single(_requests.QuotaStatistics(), slot)]));

    private static Act.Send Single(PlannedRequest request, int slot) => new(slot, [request]);

    /// <summary>Several requests in one segment. What ends the connection is left out, for ZooKeeper may then lose
    /// replies to the requests before it; only the end of a session comes in its turn, and last: whether ZooKeeper
    /// still answers what comes after it is by chance.</summary>
    private Act.Send Pipelined(int slot)
    {
        var requests = new List<PlannedRequest>();
        var count = _chance.Between(2, 6);
        while (requests.Count < count)
        {
            var request = _requests.Any(slot);
            if ((!request.Closes && request.Type != WireOp.Sasl) || request.Type == WireOp.CloseSession)
            {
                requests.Add(request);
            }

            if (request.Type == WireOp.CloseSession)
            {
                break;
            }
        }

        return new Act.Send(slot, requests);
    }

    private Act.Connect Connection(int slot)
    {
        var kind = _chance.OneIn(2)
            ? _chance.Of(ConnectKind.Reattach, ConnectKind.Replace, ConnectKind.AtNewestZxid)
            : _chance.Of(Enum.GetValues<ConnectKind>());
        var timeout = _chance.OneIn(4)
            ? _chance.Of(0, -1, 1, 5_999, 6_000, 6_001, 59_999, 60_000, 60_001, int.MaxValue, int.MinValue)
            : 40_000;
        return new Act.Connect(slot, kind, timeout);
    }
}
