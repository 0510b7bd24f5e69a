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
        Flavour = _chance.Of(Flavour.Watches, Flavour.Watches, Flavour.ReadableAcls, Flavour.UnreadableAcls,
            Flavour.Acls, Flavour.Acls);
        _requests = new RequestGenerator(_chance, Flavour);
    }

    private Flavour Flavour { get; }

    public static Sequence Generate(int seed) => new([.. new SequenceGenerator(seed).Acts()]);

    private IEnumerable<Act> Acts()
    {
        if (Flavour == Flavour.UnreadableAcls)
        {
            yield return Single(Plan.Watch(WireOp.AddWatch, "~", 1), 1);
            yield return Single(Plan.Watch(WireOp.AddWatch, "~", 1), 2);
        }

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
        (1, () => [new Act.Break(slot, Garbage())]),
        (Flavour == Flavour.Acls ? 0 : 3, () => [Connection(slot), Single(_requests.SetWatches(slot), slot)]),
        (1, () => [.. _requests.Quota().Select(request => Single(request, slot))]),
        (2, () => [Single(_requests.QuotaStatistics(), slot)]));

    private static Act.Send Single(PlannedRequest request, int slot) => new(slot, [request]);

    /// <summary>
    /// Several requests in one segment. What ends the connection is left out, for ZooKeeper may then lose replies to
    /// the requests before it. Two kinds come last, for with ZooKeeper it is a matter of luck what becomes of requests
    /// behind them: after the end of a session it may still answer, and as long as a setACL is under way it judges
    /// writes by the old ACL.
    /// </summary>
    private Act.Send Pipelined(int slot)
    {
        var requests = new List<PlannedRequest>();
        var count = _chance.Between(2, 6);
        while (requests.Count < count)
        {
            var request = _requests.Any(slot);
            if (MayBePipelined(request))
            {
                requests.Add(request);
            }

            if (request.Type is WireOp.CloseSession or WireOp.SetAcl)
            {
                break;
            }
        }

        return new Act.Send(slot, requests);
    }

    /// <summary>Where events may be kept back, credentials come alone: ZooKeeper has them at once, and may send an
    /// event of a request before them that their owner could not have read then.</summary>
    private bool MayBePipelined(PlannedRequest request) => request.Type switch
    {
        WireOp.CloseSession => true,
        WireOp.Sasl => false,
        WireOp.Auth when Flavour == Flavour.UnreadableAcls => false,
        WireOp.Multi when request.Parts.Any(IsAccident) => false,
        _ => !request.Closes,
    };

    /// <summary>What ZooKeeper 3.8.0 trips over within a transaction; as long as that is under way, it takes the parts
    /// before it for done.</summary>
    private static bool IsAccident(PlannedRequest part) =>
        part is { Type: not WireOp.CreateTtl, Flags: 5 or 6 } || HasNull(part.Acl);

    private static bool HasNull(IReadOnlyList<WireAcl>? acl) =>
        acl?.Any(entry => entry.Id is null || entry.Scheme is null) == true;

    /// <summary>Bytes that are no request: with an impossible length, or too few for a header.</summary>
    private byte[] Garbage() => _chance.OneIn(2)
        ? new BodyWriter().Int(_chance.Of(-1, int.MinValue, int.MaxValue, 2 << 20)).ToArray()
        : WireClient.Frame(_chance.Bytes(_chance.Below(8)));

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
