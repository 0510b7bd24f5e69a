namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>Acts that go to both servers one after the other.</summary>
internal sealed record Sequence(IReadOnlyList<Act> Acts)
{
    /// <summary>Whether it does without a subtree of its own.</summary>
    public bool IsBare { get; init; }

    /// <summary>What both servers have before anything was written.</summary>
    public static Sequence OfFreshServers { get; } = new(
    [
        .. new[] { "/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota" }.Select(path => new Act.Send(0,
        [
            Plan.Read(WireOp.Exists, path, watch: false),
            Plan.Read(WireOp.GetData, path, watch: false),
            Plan.Read(WireOp.GetChildren2, path, watch: false),
            Plan.OfPath(WireOp.GetAcl, path),
            Plan.OfPath(WireOp.GetAllChildrenNumber, path),
        ])),
    ])
    {
        IsBare = true,
    };

    /// <summary>Before all others: makes the subtree that their paths are in.</summary>
    public static Act First { get; } =
        new Act.Send(0, [Plan.Create(WireOp.Create, "~", null, WireAcl.Open, 0)]);

    /// <summary>After all others: no session stays behind, and those that end later see the others go.</summary>
    public static IReadOnlyList<Act> Last { get; } =
        [.. Enumerable.Range(0, SequenceGenerator.Slots).Select(slot => new Act.Send(slot, [Plan.CloseSession()]))];
}
