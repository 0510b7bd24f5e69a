namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>
/// The one table of what may differ between ZooKeeper 3.8.0 and WebCoord: ZooKeeper's own changes up to 3.9 (section 15
/// of the protocol), what the protocol tells WebCoord to do otherwise, and accidents of 3.8.0. That events need READ is
/// not in it: Debian's 3.8.0 has that change already.
/// <para>
/// Some of it is never sent, because ZooKeeper 3.8.0 would then be in another state or harmed: a check outside a multi
/// (13; it could not read its own log afterwards), createTTL with the flags of another mode (2.1; it ends ZooKeeper),
/// deleteContainer and createSession (20 and -10; WebCoord refuses them), IPv6 addresses in ACLs (9.2; 3.8 knows none),
/// and standard watches beside persistent ones on one path of one connection (7.7; 3.8 keeps one mode only).
/// </para>
/// </summary>
internal static class AllowedDifferences
{
    public static readonly IReadOnlyList<AllowedDifference> OfWebCoord =
    [
        new("a notification carries the zxid of its write", "1.6, 15: 3.9.0", difference =>
            difference is { Field: "zxid", Left: { IsEvent: true } left } && left["zxid"] == "ffffffffffffffff"),
        new("create2 within a multi has a result of its own type", "3.2, 15: 3.8.2", difference =>
            difference is { Part.Type: WireOp.Create2 } && IsResultOfCreate2(difference)),
        new("a create with the flag of a container is a create within a multi, too", "2.1", difference =>
            difference is { Part: { Type: WireOp.Create, Flags: 4 } }
            && (difference is { LeftValue: "15", RightValue: "1" } || difference.RightValue is null)),
        new("exists needs READ", "5.2, 15: 3.8.4", difference =>
            difference is { Type: WireOp.Exists, Field: "error", LeftValue: "0", RightValue: "-102" })
        {
            // ZooKeeper armed a watch that WebCoord did not.
            Ends = difference => difference.Request!.Watches,
        },
        new("a null scheme or id in an ACL is invalid rather than an accident", "5.3", difference =>
            difference is { LeftValue: "-5", RightValue: "-114" or "0" } && HasNullInAcl(difference.Request!))
        {
            // A null id of auth is valid; twice it is an accident, too.
            Ends = difference => difference.RightValue == "0",
        },
        new("a create with the flags of a TTL node is refused within a multi as it is outside", "2.1", difference =>
            difference is { Type: WireOp.Multi, Field: "error", LeftValue: "-5", RightValue: "0" }
            && difference.Request!.Parts.Any(part =>
                part is { Type: WireOp.Create or WireOp.Create2 or WireOp.CreateContainer, Flags: 5 or 6 })),
        new("a null path is malformed before anything else is looked at", "5.1", difference =>
            difference is { Field: "error", RightValue: "-5", Request: { Path: null, Parts.Count: 0 } }
            && difference.Type is not WireOp.Sync),
        new("an error reply has no body, to a null path in a multi neither", "2, 13.3", difference =>
            difference is { Type: WireOp.Multi or WireOp.MultiRead, Field: "trailing bytes", RightValue: "0" }
            && difference.Left!["error"] == "-5"),
        new("checkWatches looks at the watches of its own connection", "7.7", difference =>
            difference is { Type: WireOp.CheckWatches, Field: "error", LeftValue: "0" or "-5", RightValue: "-121" }),
        new("the types 4 and 5 of watchers are known", "7.7, 15: 3.9.0", difference =>
            difference is { Type: WireOp.CheckWatches or WireOp.RemoveWatches, Field: "error", LeftValue: "-5" }
            && difference.Request!.Flags is 4 or 5 && difference.RightValue is "0" or "-121")
        {
            Ends = difference => difference is { Type: WireOp.RemoveWatches, RightValue: "0" },
        },
        new("a write to a malformed path is refused at once", "5.1 [impl]", difference =>
            difference is { RightValue: "-8" } && difference.LeftValue?[0] == '-'
            && (difference.Field == "error" && IsMalformed(difference.Request)
                || difference.Field.EndsWith(" error", StringComparison.Ordinal) && IsMalformed(difference.Part))),
        new("SASL is refused where there is no support for it", "9.5 [impl]", difference =>
            difference is { Type: WireOp.Sasl, Field: "error", LeftValue: "0", RightValue: "-115" })
        {
            Ends = _ => true,
        },
    ];

    private static bool IsResultOfCreate2(Disagreement difference) =>
        difference.LeftValue is null
        || (difference.Field.EndsWith(" type", StringComparison.Ordinal) && difference.LeftValue == "1"
            && difference.RightValue == "15");

    private static bool HasNullInAcl(PlannedRequest request) =>
        request.All.Any(part => part.Acl?.Any(entry => entry.Id is null || entry.Scheme is null) == true);

    private static bool IsMalformed(PlannedRequest? request) => request is not null
        && request.Type is WireOp.Create or WireOp.Create2 or WireOp.CreateContainer or WireOp.CreateTtl
            or WireOp.Delete or WireOp.SetData or WireOp.SetAcl or WireOp.Check
        && !PathRules.IsWellFormed(request.Path, request.Flags);
}
