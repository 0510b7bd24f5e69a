namespace WebCoord.Core.Tree;

/// <summary>The kind of node to create, and whether the parent's counter is appended to its name. The numbers are the
/// flags of ZooKeeper's create requests (zookeeper-protocol section 2.1).</summary>
public enum CreateMode
{
    Persistent = 0,
    Ephemeral = 1,
    PersistentSequential = 2,
    EphemeralSequential = 3,
    Container = 4,
    Ttl = 5,
    TtlSequential = 6,
}

/// <summary>What a create mode stands for.</summary>
public static class CreateModeFacts
{
    public static bool IsSequential(this CreateMode mode) =>
        mode is CreateMode.PersistentSequential or CreateMode.EphemeralSequential or CreateMode.TtlSequential;

    public static NodeKind Kind(this CreateMode mode) => mode switch
    {
        CreateMode.Ephemeral or CreateMode.EphemeralSequential => NodeKind.Ephemeral,
        CreateMode.Container => NodeKind.Container,
        CreateMode.Ttl or CreateMode.TtlSequential => NodeKind.Ttl,
        _ => NodeKind.Persistent,
    };
}
