namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>How a connection watches a path: ZooKeeper 3.8 keeps one mode per path and connection, so one is chosen
/// for the whole sequence.</summary>
internal enum WatchMode
{
    Standard,
    Persistent,
    Recursive,
}

/// <summary>Paths: mostly of a few nodes that meet often, sometimes wrong in every way that section 5.1 names.
/// </summary>
internal sealed class PathGenerator(Chance chance)
{
    private static readonly string[] Nodes =
    [
        "~", "~/a", "~/a", "~/a", "~/b", "~/b", "~/a/b", "~/a/b", "~/a/c", "~/a/b/c", "~/e", "~/e/a",
        "~/n0000000000", "~/n0000000001", "~/a/n0000000000", "~/a/n0000000001", "~/a/n0000000002", "~/a/0000000001",
    ];

    private static readonly string[] Prefixes = ["~/n", "~/a/n", "~/a/n", "~/a/", "~/", "~/a/b/n", "~/e/n"];

    private static readonly string?[] Odd =
    [
        null, "", "/", "//", "a", "a/b", "~/", "~//a", "~/a//b", "~/a/", "~/./a", "~/../a", "~/a/.", "~/a/..",
        "~/...", "~/.a", "~/a..", "~/\0", "~/a\0b", "~/\u0001", "~/a/\u001f", "~/\u007f", "~/\u009f", "~/\u00a0",
        "~/\u00e9", "~/\ue000", "~/\uf8ff", "~/\uf900", "~/\uffef", "~/\ufff0", "~/\uffff", "~/\U0001f600", "~/\u2028",
        " ~/a",
        "/zookeeper", "/zookeeper/config", "/zookeeper/quota", "/zookeeper/nothing", "/zookeeper/quota~", "/nothing/a",
    ];

    /// <summary>A path that most often is, was or will be a node's.</summary>
    public string? Any() => chance.OneIn(12) ? chance.Of(Odd) : Node();

    public string Node() => chance.Of(Nodes);

    /// <summary>A path for a create with given flags.</summary>
    public string? ToCreate(int flags) =>
        flags is 2 or 3 or 6 && !chance.OneIn(6) ? chance.OneIn(20) ? "/" : chance.Of(Prefixes) : Any();

    /// <summary>A path that is not above all sequences, in spelling and in truth.</summary>
    public string? Own()
    {
        var path = Any();
        return IsOwn(path) ? path : Node();
    }

    /// <summary>Whether a path is of this sequence; what belongs to all must stay the same on both servers.</summary>
    public static bool IsOwn(string? path) => path is not ("" or ['/', ..]);

    public WatchMode ModeOf(int slot, string? path)
    {
        if (path == "~")
        {
            // The first connection sees the children of the root, the others may see all that happens below it.
            return slot == 0 ? WatchMode.Standard : WatchMode.Recursive;
        }

        var hash = (uint)chance.Seed ^ (uint)slot;
        foreach (var value in path ?? "")
        {
            hash = (hash ^ value) * 16_777_619;
        }

        return ((hash >> 8) % 5) switch
        {
            0 => WatchMode.Persistent,
            1 => WatchMode.Recursive,
            _ => WatchMode.Standard,
        };
    }

    /// <summary>Some nodes that a connection watches in a mode.</summary>
    public IReadOnlyCollection<string> Watched(int slot, WatchMode mode) =>
    [
        .. Nodes.Distinct(StringComparer.Ordinal).Where(path => ModeOf(slot, path) == mode && chance.OneIn(3)),
    ];
}
