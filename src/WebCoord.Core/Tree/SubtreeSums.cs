namespace WebCoord.Core.Tree;

/// <summary>
/// Sums over a node and everything below it. Every change makes the ancestors of its node changeable anyway, so keeping
/// them costs an addition per level, and the usage of a quota or the size of a subtree never needs a walk.
/// </summary>
/// <param name="Nodes">Nodes, the node itself included.</param>
/// <param name="DataBytes">Bytes of data.</param>
/// <param name="Weight">Bytes that grow with what clients send: data, names and ACLs.</param>
internal readonly record struct SubtreeSums(long Nodes, long DataBytes, long Weight)
{
    public static SubtreeSums operator +(SubtreeSums left, SubtreeSums right) =>
        new(left.Nodes + right.Nodes, left.DataBytes + right.DataBytes, left.Weight + right.Weight);

    public static SubtreeSums operator -(SubtreeSums left, SubtreeSums right) =>
        new(left.Nodes - right.Nodes, left.DataBytes - right.DataBytes, left.Weight - right.Weight);

    /// <summary>What so many more bytes of data add.</summary>
    public static SubtreeSums OfData(int bytes) => new(0, bytes, bytes);

    /// <summary>What the node alone adds.</summary>
    public static SubtreeSums OfOne(Znode node) =>
        new(1, node.DataLength, node.DataLength + ((long)sizeof(char) * node.Name.Length) + node.Acl.Weight);
}
