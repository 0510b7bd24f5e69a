namespace WebCoord.Server.Tests.Wire;

/// <summary>The requests that tests send most, each with its reply.</summary>
internal static class WireCalls
{
    public static readonly byte[] Hi = "hi"u8.ToArray();

    public static Task<WireMessage> CreateAsync(this WireClient client, string? path, byte[]? data = null,
        int flags = 0, IReadOnlyCollection<WireAcl>? acl = null) =>
        client.CallAsync(WireOp.Create, WireBody.Create(path, data, acl, flags));

    public static Task<WireMessage> DeleteAsync(this WireClient client, string? path, int version = -1) =>
        client.CallAsync(WireOp.Delete, WireBody.PathAndVersion(path, version));

    public static Task<WireMessage> ExistsAsync(this WireClient client, string? path, bool watch = false) =>
        client.CallAsync(WireOp.Exists, WireBody.Read(path, watch));

    public static Task<WireMessage> GetDataAsync(this WireClient client, string? path, bool watch = false) =>
        client.CallAsync(WireOp.GetData, WireBody.Read(path, watch));

    public static Task<WireMessage> SetDataAsync(this WireClient client, string? path, byte[]? data,
        int version = -1) =>
        client.CallAsync(WireOp.SetData, WireBody.SetData(path, data, version));

    public static Task<WireMessage> GetChildrenAsync(this WireClient client, string? path, bool watch = false) =>
        client.CallAsync(WireOp.GetChildren, WireBody.Read(path, watch));

    public static Task<WireMessage> GetAclAsync(this WireClient client, string? path) =>
        client.CallAsync(WireOp.GetAcl, WireBody.Path(path));

    public static Task<WireMessage> SetAclAsync(this WireClient client, string? path,
        IReadOnlyCollection<WireAcl>? acl, int version = -1) =>
        client.CallAsync(WireOp.SetAcl, WireBody.SetAcl(path, acl, version));

    public static Task<WireMessage> MultiAsync(this WireClient client,
        params IEnumerable<(int Type, byte[] Body)> operations) =>
        client.CallAsync(WireOp.Multi, WireBody.Multi(operations));

    /// <summary>Mode 0 is persistent, 1 persistent and recursive.</summary>
    public static Task<WireMessage> AddWatchAsync(this WireClient client, string? path, int mode) =>
        client.CallAsync(WireOp.AddWatch, WireBody.PathAndKind(path, mode));

    public static Task<WireMessage> PingAsync(this WireClient client) => client.CallAsync(WireOp.Ping);

    public static Task<WireMessage> AuthAsync(this WireClient client, string? scheme, string? credential) =>
        client.CallAsync(WireOp.Auth, WireBody.Auth(scheme, credential));

    /// <summary>Sends several frames in one piece.</summary>
    public static Task SendAllAsync(this WireClient client, params IEnumerable<byte[]> frames) =>
        client.SendAsync(frames.SelectMany(frame => frame).ToArray());

    /// <summary>The stat of a node that is there.</summary>
    public static async Task<WireStat> StatAsync(this WireClient client, string path)
    {
        var reply = await client.ExistsAsync(path);
        Assert.Equal(0, reply.Error);
        return reply.Reader().Stat();
    }

    /// <summary>All events up to now: the reply of a ping is behind every event that was queued before.</summary>
    public static async Task<List<WireEvent>> EventsAsync(this WireClient client)
    {
        Assert.Equal(0, (await client.PingAsync()).Error);
        List<WireEvent> events = [.. client.Events];
        client.Events.Clear();
        return events;
    }

    /// <summary>The handshake by which another connection takes the session over.</summary>
    public static Handshake Again(this WireClient client) =>
        new() { SessionId = client.Session!.SessionId, Password = client.Session.Password };

    /// <summary>An operation that must succeed.</summary>
    public static async Task<WireMessage> SucceedsAsync(this Task<WireMessage> reply)
    {
        Assert.Equal(0, (await reply).Error);
        return await reply;
    }

    /// <summary>The errors of the results of a transaction, and their types.</summary>
    public static List<(int Type, int Error)> FailedResults(this WireMessage reply)
    {
        var reader = reply.Reader();
        List<(int, int)> results = [];
        while (true)
        {
            var (type, done, error) = reader.MultiHeader();
            if (done)
            {
                Assert.Equal((-1, -1, 0), (type, error, reader.Remaining));
                return results;
            }

            Assert.Equal(error, reader.Int());
            results.Add((type, error));
        }
    }
}
