namespace WebCoord.Core.Tree;

/// <summary>The limits that a write must stay within: of one node, of the quota it falls under, of the whole tree.
/// </summary>
internal static class TreeLimits
{
    /// <summary>Judges a write that adds so many nodes and bytes, and leaves its node with so many; null when it is
    /// fine.</summary>
    public static ApplyResult? Judge(ZnodePath path, int addedNodes, int addedBytes, int dataLength,
        Transition transition)
    {
        var settings = transition.Settings;
        var tree = transition.Tree;
        if (dataLength > settings.MaxDataBytes)
        {
            return ApplyResult.Refused(ErrorCode.TooLarge,
                $"The data has {dataLength} bytes; MaxDataBytes is {settings.MaxDataBytes}.") with
            { Path = path.Value };
        }

        var exceeded = settings.EnforceQuota ? Quota.Exceeded(tree, path, addedNodes, addedBytes) : null;
        if (exceeded is null && addedNodes > 0 && tree.NodeCount + addedNodes > settings.MaxNodes)
        {
            exceeded = $"The tree has {tree.NodeCount} nodes; MaxNodes is {settings.MaxNodes}. Delete some first.";
        }

        if (exceeded is null && addedBytes > 0 && tree.DataBytes + addedBytes > settings.MaxBytes)
        {
            exceeded = $"The tree has {tree.DataBytes} bytes of data; MaxBytes is {settings.MaxBytes}. "
                + "Delete some first.";
        }

        return exceeded is null
            ? null
            : ApplyResult.Refused(ErrorCode.QuotaExceeded, exceeded) with { Path = path.Value };
    }
}
