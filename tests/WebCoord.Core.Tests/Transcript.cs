using System.Globalization;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests;

/// <summary>Results, stats and ACLs as text: what tests compare and scenarios show.</summary>
internal static class Transcript
{
    /// <summary>A result with its changes, one line each. Sentences for humans are left out, and of a failure all but
    /// its code.</summary>
    public static string Of(ApplyResult result)
    {
        var lines = new List<string> { Head(result) };
        lines.AddRange(result.Operations.Select(operation => "  " + Head(operation)));
        lines.AddRange(result.Changes.Select(change => "  " + Of(change)));
        return string.Join('\n', lines);
    }

    public static string Of(Stat stat) => string.Create(CultureInfo.InvariantCulture,
        $"czxid={stat.Czxid} mzxid={stat.Mzxid} pzxid={stat.Pzxid} version={stat.Version} cversion={stat.Cversion} ")
        + string.Create(CultureInfo.InvariantCulture,
            $"aversion={stat.Aversion} length={stat.DataLength} children={stat.NumChildren}")
        + (stat.Kind == NodeKind.Persistent ? "" : $" {stat.Kind}")
        + (stat.EphemeralOwner == default ? "" : $" owner={stat.EphemeralOwner}")
        + (stat.TtlMs == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ttl={stat.TtlMs}"));

    public static string Of(Acl? acl) => acl is null
        ? "none"
        : string.Join(',', acl.Entries.Select(entry => $"{entry.Scheme}:{entry.Id}:{(int)entry.Permissions}"));

    private static string Head(ApplyResult result) => result switch
    {
        { Succeeded: false } => result.Error.ToString(),
        { Stat: { } stat } => $"Ok {(result.Created ? "created " : "")}{result.Path} {Of(stat)}",
        { Path: { } path } => $"Ok {path}",
        _ => "Ok",
    };

    private static string Of(Change change) => string.Create(CultureInfo.InvariantCulture,
        $"{change.Index} {change.Type} {change.Path} version={change.Version} {change.Cause} {Of(change.Acl)} "
        + $"parent={Of(change.ParentAcl)}");
}
