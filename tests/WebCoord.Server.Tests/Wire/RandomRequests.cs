namespace WebCoord.Server.Tests.Wire;

/// <summary>Requests of one client below a node that nobody else touches, each with the answer that it must get.
/// </summary>
internal sealed class RandomRequests(Random random, string root)
{
    private readonly Dictionary<string, (byte[] Data, int Version)> _nodes = [];

    /// <summary>The next request, its error, and what its reply begins with; null if that is not looked at.</summary>
    public (int Type, byte[] Body, int Error, byte[]? Data) Next()
    {
        var path = $"{root}/n{random.Next(3)}";
        var isThere = _nodes.TryGetValue(path, out var node);
        switch (random.Next(12))
        {
            case 0 or 1:
                byte[] data = [(byte)random.Next(256)];
                _nodes.TryAdd(path, (data, 0));
                return (WireOp.Create, WireBody.Create(path, data), isThere ? -110 : 0, null);
            case 2:
                _nodes.Remove(path);
                return (WireOp.Delete, WireBody.PathAndVersion(path), isThere ? 0 : -101, null);
            case 3 or 4:
                return SetData(path, isThere, node.Version);
            case 5:
                return (WireOp.Exists, WireBody.Read(path), isThere ? 0 : -101, null);
            case 6:
                return (WireOp.Ping, [], 0, null);
            case 7:
                return (WireOp.Auth, WireBody.Auth("digest", "user:pass"), 0, null);
            case 8:
                return (WireOp.Sync, WireBody.Path(path), 0, System.Text.Encoding.UTF8.GetBytes(path));
            case 9:
                return random.Next(2) == 0 ? (WireOp.Create, [1], -5, null) : (WireOp.GetData, [1], -5, null);
            case 10:
                return Multi(path, isThere, node);
            default:
                return (WireOp.GetData, WireBody.Read(path), isThere ? 0 : -101, isThere ? node.Data : null);
        }
    }

    private (int Type, byte[] Body, int Error, byte[]? Data) SetData(string path, bool isThere, int version)
    {
        byte[] data = [(byte)random.Next(256), 1];
        var isWrongVersion = random.Next(3) == 0;
        if (isThere && !isWrongVersion)
        {
            _nodes[path] = (data, version + 1);
        }

        return (WireOp.SetData, WireBody.SetData(path, data, isWrongVersion ? version + 1 : version),
            !isThere ? -101 : isWrongVersion ? -103 : 0, null);
    }

    /// <summary>One that does nothing in the end, because it fails or takes back what it did; a success either way.
    /// </summary>
    private static (int Type, byte[] Body, int Error, byte[]? Data) Multi(string path, bool isThere,
        (byte[] Data, int Version) node)
    {
        var version = WireBody.PathAndVersion(path, isThere ? node.Version : 0);
        return (WireOp.Multi, WireBody.Multi([(WireOp.Check, version),
            (WireOp.Create, WireBody.Create(path + "/x")),
            (WireOp.Delete, WireBody.PathAndVersion(path + "/x"))]), 0, null);
    }
}
