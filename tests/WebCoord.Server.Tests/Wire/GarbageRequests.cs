namespace WebCoord.Server.Tests.Wire;

/// <summary>Requests of every kind that leaves the connection open, whose bodies are right, nearly right or nonsense.
/// </summary>
internal sealed class GarbageRequests(Random random)
{
    private const string Path = "/garbage/node";

    private static readonly (int Type, byte[] Body)[] Sound =
    [
        (WireOp.Create, WireBody.Create(Path, [1, 2, 3])), (WireOp.Create2, WireBody.Create(Path, flags: 2)),
        (WireOp.CreateContainer, WireBody.Create(Path, flags: 4)),
        (WireOp.CreateTtl, WireBody.CreateTtl(Path, [], 60_000)), (WireOp.Delete, WireBody.PathAndVersion(Path)),
        (WireOp.Exists, WireBody.Read(Path, watch: true)), (WireOp.GetData, WireBody.Read(Path, watch: true)),
        (WireOp.GetChildren, WireBody.Read(Path)), (WireOp.GetChildren2, WireBody.Read(Path, watch: true)),
        (WireOp.SetData, WireBody.SetData(Path, [1, 2, 3])), (WireOp.GetAcl, WireBody.Path(Path)),
        (WireOp.SetAcl, WireBody.SetAcl(Path, WireAcl.Open)), (WireOp.Sync, WireBody.Path(Path)),
        (WireOp.Ping, []), (WireOp.WhoAmI, []), (WireOp.GetEphemerals, WireBody.Path(Path)),
        (WireOp.GetAllChildrenNumber, WireBody.Path(Path)), (WireOp.AddWatch, WireBody.PathAndKind(Path, 1)),
        (WireOp.CheckWatches, WireBody.PathAndKind(Path, 3)), (WireOp.RemoveWatches, WireBody.PathAndKind(Path, 3)),
        (WireOp.SetWatches, WireBody.SetWatches(0, [Path], [Path], [Path])),
        (WireOp.SetWatches2, WireBody.SetWatches(0, [Path], [], [], [Path], [Path])),
        (WireOp.Reconfig, new BodyWriter().Text("a").Text(null).Text(null).Long(-1).ToArray()),
        (WireOp.Multi, WireBody.Multi([(WireOp.Create, WireBody.Create(Path)),
            (WireOp.Check, WireBody.PathAndVersion(Path)), (WireOp.Delete, WireBody.PathAndVersion(Path))])),
        (WireOp.MultiRead, WireBody.Multi([(WireOp.GetData, WireBody.Read(Path)),
            (WireOp.GetChildren, WireBody.Read(Path))])),
    ];

    /// <summary>The frame of the next request.</summary>
    public byte[] Next(int xid)
    {
        var (type, sound) = Sound[random.Next(Sound.Length)];
        var body = random.Next(6) switch
        {
            0 => sound,
            1 => sound[..random.Next(sound.Length + 1)],
            2 => Nonsense(random.Next(200)),
            3 => [.. sound, .. Nonsense(random.Next(50))],
            4 => WithHugeNumber(sound),
            _ => WithFlippedBits(sound),
        };
        return WireClient.Request(xid, type, body);
    }

    private byte[] Nonsense(int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>With a length or count that means billions, or less than nothing, at some place.</summary>
    private byte[] WithHugeNumber(byte[] sound)
    {
        byte[] huge = random.Next(2) == 0 ? [0x7F, 0xFF, 0xFF, 0xFF] : [0x80, 0, 0, (byte)random.Next(256)];
        var at = random.Next(sound.Length + 1);
        return [.. sound[..at], .. huge, .. sound[Math.Min(sound.Length, at + 4)..]];
    }

    private byte[] WithFlippedBits(byte[] sound)
    {
        byte[] bytes = [.. sound];
        for (var i = random.Next(1, 4); i > 0 && bytes.Length > 0; i--)
        {
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        }

        return bytes;
    }
}
