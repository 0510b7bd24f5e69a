using System.Text;

namespace WebCoord.Server.Tests.Wire;

/// <summary>The bodies of requests, each with the fields of section 2 of the protocol in their order.</summary>
internal static class WireBody
{
    /// <summary>Of create, create2 and createContainer.</summary>
    public static byte[] Create(string? path, byte[]? data = null, IReadOnlyCollection<WireAcl>? acl = null,
        int flags = 0) =>
        Fields().Text(path).Buffer(data).Acl(acl ?? WireAcl.Open).Int(flags).ToArray();

    public static byte[] CreateTtl(string? path, byte[]? data, long ttl, int flags = 5) =>
        Fields().Text(path).Buffer(data).Acl(WireAcl.Open).Int(flags).Long(ttl).ToArray();

    /// <summary>Of delete and of check, which is for multi only.</summary>
    public static byte[] PathAndVersion(string? path, int version = -1) => Fields().Text(path).Int(version).ToArray();

    /// <summary>Of exists, getData, getChildren and getChildren2.</summary>
    public static byte[] Read(string? path, bool watch = false) => Fields().Text(path).Bool(watch).ToArray();

    public static byte[] SetData(string? path, byte[]? data, int version = -1) =>
        Fields().Text(path).Buffer(data).Int(version).ToArray();

    /// <summary>Of getACL, sync, getEphemerals and getAllChildrenNumber.</summary>
    public static byte[] Path(string? path) => Fields().Text(path).ToArray();

    public static byte[] SetAcl(string? path, IReadOnlyCollection<WireAcl>? acl, int version = -1) =>
        Fields().Text(path).Acl(acl).Int(version).ToArray();

    /// <summary>Of addWatch, with a mode, and of checkWatches and removeWatches, with a type of watcher.</summary>
    public static byte[] PathAndKind(string? path, int kind) => Fields().Text(path).Int(kind).ToArray();

    public static byte[] Auth(string? scheme, string? credential) =>
        Fields().Int(0).Text(scheme).Buffer(credential is null ? null : Encoding.UTF8.GetBytes(credential)).ToArray();

    /// <summary>The operations of multi or multiRead, in order, each with its type, and the header that ends them.
    /// </summary>
    public static byte[] Multi(IEnumerable<(int Type, byte[] Body)> operations)
    {
        var fields = Fields();
        foreach (var (type, body) in operations)
        {
            fields.MultiHeader(type, done: false, error: -1).Raw(body);
        }

        return fields.MultiHeader(-1, done: true, error: -1).ToArray();
    }

    /// <summary>Three lists of paths for setWatches, five for setWatches2.</summary>
    public static byte[] SetWatches(long relativeZxid, params IReadOnlyCollection<string>[] lists)
    {
        var fields = Fields().Long(relativeZxid);
        foreach (var list in lists)
        {
            fields.Texts(list);
        }

        return fields.ToArray();
    }

    private static BodyWriter Fields() => new();
}
