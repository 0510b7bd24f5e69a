namespace WebCoord.Core.Tree;

/// <summary>The limits that a write must stay within: of one node, of the quota it falls under, of the whole tree.
/// </summary>
internal static class TreeLimits
{
    /// <summary>Judges what a node would become; null when it is fine.</summary>
    /// <param name="before">Null for a node to create.</param>
    public static ApplyResult? Judge(ZnodePath path, Znode? before, Znode after, Transition transition)
    {
        var settings = transition.Settings;
        if (after.DataLength > settings.MaxDataBytes)
        {
            return ApplyResult.Refused(ErrorCode.TooLarge,
                $"The data has {after.DataLength} bytes; MaxDataBytes is {settings.MaxDataBytes}.") with
            { Path = path.Value };
        }

        var added = SubtreeSums.OfOne(after) - (before is null ? default : SubtreeSums.OfOne(before));
        if (settings.EnforceQuota && Quota.Exceeded(transition.Tree, path, added) is { } exceeded)
        {
            return ApplyResult.Refused(ErrorCode.QuotaExceeded, exceeded) with { Path = path.Value };
        }

        return Exceeded(transition.Tree, added, settings) is { } full
            ? ApplyResult.Refused(ErrorCode.TreeFull, full) with { Path = path.Value }
            : null;
    }

    private static string? Exceeded(DataTree tree, SubtreeSums added, Settings settings)
    {
        if (added.Nodes > 0 && tree.NodeCount + added.Nodes > settings.MaxNodes)
        {
            return $"The tree has {tree.NodeCount} nodes; MaxNodes is {settings.MaxNodes}. Delete some first.";
        }

        return added.Weight > 0 && tree.Weight + added.Weight > settings.MaxBytes
            ? $"The tree has {tree.Weight} bytes of data, names and ACLs; MaxBytes is {settings.MaxBytes}. Delete some "
                + "first."
            : null;
    }
}
