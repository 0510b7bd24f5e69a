namespace WebCoord.Core.Tree;

/// <summary>The limits that a write must stay within: of one node, of the quota it falls under, of the whole tree.
/// </summary>
internal static class TreeLimits
{
    /// <summary>Judges what a node would become; null when it is fine.</summary>
    /// <param name="dataBytes">How much data the node would have.</param>
    /// <param name="added">How much larger it would be; all of it for a node to create.</param>
    public static ApplyResult? Judge(ZnodePath path, int dataBytes, SubtreeSums added, Transition transition)
    {
        var settings = transition.Settings;
        if (dataBytes > settings.MaxDataBytes)
        {
            return ApplyResult.Refused(ErrorCode.TooLarge,
                $"The data has {dataBytes} bytes; MaxDataBytes is {settings.MaxDataBytes}.") with
            { Path = path.Value };
        }

        if (settings.EnforceQuota && Quota.Exceeded(transition.Tree, path, added) is { } exceeded)
        {
            return ApplyResult.Refused(ErrorCode.QuotaExceeded, exceeded) with { Path = path.Value };
        }

        return Exceeded(transition.Tree.Sums, added, settings) is { } full
            ? ApplyResult.Refused(ErrorCode.TreeFull, full) with { Path = path.Value }
            : null;
    }

    private static string? Exceeded(SubtreeSums tree, SubtreeSums added, Settings settings)
    {
        if (added.Nodes > 0 && tree.Nodes + added.Nodes > settings.MaxNodes)
        {
            return $"The tree has {tree.Nodes} nodes; MaxNodes is {settings.MaxNodes}. Delete some first.";
        }

        return added.Weight > 0 && tree.Weight + added.Weight > settings.MaxBytes
            ? $"The tree has {tree.Weight} bytes of data, names and ACLs; MaxBytes is {settings.MaxBytes}. Delete some "
                + "first."
            : null;
    }
}
