namespace WebCoord.Core.Tree;

/// <summary>The nodes that always exist (zookeeper-protocol section 5.3).</summary>
public static class SystemPaths
{
    public static ZnodePath Root => ZnodePath.Root;

    public static ZnodePath System { get; } = ZnodePath.Parse("/zookeeper");

    public static ZnodePath Quota { get; } = ZnodePath.Parse("/zookeeper/quota");

    public static ZnodePath Config { get; } = ZnodePath.Parse("/zookeeper/config");

    public static bool Contains(string path) =>
        path is "/" or "/zookeeper" or "/zookeeper/quota" or "/zookeeper/config";
}
