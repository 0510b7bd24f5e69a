using System.Globalization;
using System.Text;

namespace WebCoord.Core.Tree;

/// <summary>
/// ZooKeeper's quotas (zookeeper-protocol section 10). They are nodes: <c>zookeeper_limits</c> below
/// <c>/zookeeper/quota</c> plus the target's path marks the target, <c>zookeeper_stats</c> beside it holds its usage.
/// Keeping the usage changes nothing of that node but its data, and tells nobody.
/// </summary>
internal static class Quota
{
    private const string LimitsName = "zookeeper_limits";
    private const string StatsName = "zookeeper_stats";

    private static string Root => SystemPaths.Quota.Value;

    /// <summary>Keeps the books after a node was created; the creation of a stats node fills it in.</summary>
    public static void AfterCreation(TreeBuilder tree, ZnodePath path, Znode node)
    {
        var dataBytes = node.DataLength;
        if (node.Name == StatsName && path.Value.StartsWith(Root + "/", StringComparison.Ordinal))
        {
            var target = path.Parent.Value[Root.Length..];
            SetUsage(tree, path, node, target.Length == 0 ? default : UsageOf(tree, target));
        }

        AfterChange(tree, path, 1, dataBytes);
    }

    /// <summary>Keeps the books after the number of nodes or bytes at a path changed.</summary>
    public static void AfterChange(TreeBuilder tree, ZnodePath path, int addedNodes, int addedBytes)
    {
        if ((addedNodes == 0 && addedBytes == 0) || TargetOf(tree, path) is not { } target)
        {
            return;
        }

        var stats = ZnodePath.Parse(Root + target).Child(StatsName);
        if (tree.Find(stats) is { } node)
        {
            var usage = Parse(node);
            SetUsage(tree, stats, node, new Usage(usage.Count + addedNodes, usage.Bytes + addedBytes));
        }
    }

    /// <summary>Why a write would go over a hard limit; null when it would not.</summary>
    public static string? Exceeded(TreeBuilder tree, ZnodePath path, SubtreeSums added)
    {
        if ((added.Nodes == 0 && added.DataBytes == 0) || TargetOf(tree, path) is not { } target)
        {
            return null;
        }

        var home = ZnodePath.Parse(Root + target);
        var usage = tree.Find(home.Child(StatsName)) is { } stats ? Parse(stats) : default;
        var limits = ParsePairs(tree.Find(home.Child(LimitsName))!);
        if (added.Nodes > 0 && Limit(limits, "countHardLimit") is { } count && usage.Count + added.Nodes > count)
        {
            return $"The quota of {target} allows {count} nodes.";
        }

        return added.DataBytes != 0 && Limit(limits, "byteHardLimit") is { } bytes
            && usage.Bytes + added.DataBytes > bytes
            ? $"The quota of {target} allows {bytes} bytes of data."
            : null;
    }

    /// <summary>The deepest marked path that a path is or lies below; null when none is. A mark on the root does not
    /// count.</summary>
    private static string? TargetOf(TreeBuilder tree, ZnodePath path)
    {
        var home = tree.Root.Children.Find("zookeeper")?.Children.Find("quota");
        string? target = null;
        for (var end = 0; home is { Children.Count: > 0 } && end < path.Value.Length;)
        {
            var next = path.Value.IndexOf('/', end + 1);
            next = next < 0 ? path.Value.Length : next;
            home = home.Children.Find(path.Value.AsSpan(end + 1, next - end - 1));
            end = next;
            if (home?.Children.Find(LimitsName) is not null)
            {
                target = path.Value[..end];
            }
        }

        return target;
    }

    /// <summary>Nodes and bytes at a path and below it, the node itself included.</summary>
    private static Usage UsageOf(TreeBuilder tree, string target) => tree.Find(target.AsSpan()) is { } top
        ? new Usage(top.Subtree.Nodes, top.Subtree.DataBytes)
        : default;

    private static void SetUsage(TreeBuilder tree, ZnodePath path, Znode node, Usage usage)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"count={usage.Count},bytes={usage.Bytes}");
        var data = Encoding.ASCII.GetBytes(text);
        tree.Edit(path.Value, SubtreeSums.OfData(data.Length - node.DataLength)).Data = data;
    }

    private static Usage Parse(Znode node)
    {
        var pairs = ParsePairs(node);
        return new Usage(pairs.GetValueOrDefault("count"), pairs.GetValueOrDefault("bytes"));
    }

    private static long? Limit(Dictionary<string, long> pairs, string key) =>
        pairs.TryGetValue(key, out var limit) && limit >= 0 ? limit : null;

    /// <summary>Pairs key=number, separated by commas or semicolons; whatever else there is does not count, such as the
    /// lone '=' that ZooKeeper puts after the bytes for old readers.</summary>
    private static Dictionary<string, long> ParsePairs(Znode node)
    {
        var pairs = new Dictionary<string, long>(StringComparer.Ordinal);
        var text = Encoding.UTF8.GetString((node.Data ?? default).Span);
        foreach (var pair in text.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=');
            if (parts.Length >= 2
                && long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            {
                pairs[parts[0]] = value;
            }
        }

        return pairs;
    }

    private readonly record struct Usage(long Count, long Bytes);
}
