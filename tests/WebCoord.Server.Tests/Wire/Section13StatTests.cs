using WebCoord.Server.Tests.Pipeline;

namespace WebCoord.Server.Tests.Wire;

/// <summary>The points of section 13 about what a node is and what operations make of it.</summary>
public sealed class Section13StatTests : IAsyncLifetime
{
    private MemoryWire Wire { get; set; } = null!;

    private WireClient Client { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Wire = await MemoryWire.StartAsync("WebCoord:Sessions:TickMs=100");
        Client = await Wire.OpenAsync();
    }

    public async Task DisposeAsync() => await Wire.DisposeAsync();

    [Fact]
    public async Task Section_13_09_Creating_a_child_changes_cversion_pzxid_and_numChildren_of_the_parent_alone()
    {
        await Client.CreateAsync("/p").SucceedsAsync();
        var before = await Client.StatAsync("/p");
        await Client.AddWatchAsync("/p", 0).SucceedsAsync();
        var created = (await Client.CreateAsync("/p/a")).Zxid;
        Assert.Equal([new WireEvent(4, 3, "/p")], await Client.EventsAsync());
        Assert.Equal(before with { Cversion = 1, Pzxid = created, NumChildren = 1 }, await Client.StatAsync("/p"));

        var deleted = (await Client.DeleteAsync("/p/a")).Zxid;
        Assert.Equal(before with { Cversion = 2, Pzxid = deleted, NumChildren = 0 }, await Client.StatAsync("/p"));
    }

    [Fact]
    public async Task Section_13_10_Setting_the_data_of_a_child_is_nothing_to_the_parent()
    {
        await Client.CreateAsync("/p").SucceedsAsync();
        await Client.CreateAsync("/p/a").SucceedsAsync();
        var before = await Client.StatAsync("/p");
        await Client.GetChildrenAsync("/p", watch: true).SucceedsAsync();
        await Client.SetDataAsync("/p/a", WireCalls.Hi).SucceedsAsync();
        Assert.Empty(await Client.EventsAsync());
        Assert.Equal(before, await Client.StatAsync("/p"));
    }

    [Fact]
    public async Task Section_13_11_Setting_the_same_data_is_a_change_like_any_other()
    {
        await Client.CreateAsync("/a", WireCalls.Hi).SucceedsAsync();
        var before = await Client.StatAsync("/a");
        await Client.GetDataAsync("/a", watch: true).SucceedsAsync();
        var reply = await Client.SetDataAsync("/a", WireCalls.Hi);
        var after = reply.Reader().Stat();
        Assert.Equal(before with { Version = 1, Mzxid = reply.Zxid, Mtime = after.Mtime }, after);
        Assert.Equal(after, await Client.StatAsync("/a"));
        Assert.Equal([new WireEvent(3, 3, "/a")], await Client.EventsAsync());
    }

    [Fact]
    public async Task Section_13_12_Setting_the_ACL_changes_its_version_alone_and_tells_nobody()
    {
        await Client.CreateAsync("/a").SucceedsAsync();
        var before = await Client.StatAsync("/a");
        await Client.AddWatchAsync("/a", 0).SucceedsAsync();
        var answered = (await Client.SetAclAsync("/a", [new(31, "world", "anyone")], version: 0)).Reader().Stat();
        Assert.Equal(before with { Aversion = 1 }, answered);
        Assert.Equal(answered, await Client.StatAsync("/a"));
        Assert.Empty(await Client.EventsAsync());
    }

    [Fact]
    public async Task Section_13_17_The_suffix_counts_all_children_ever_created()
    {
        await Client.CreateAsync("/p").SucceedsAsync();
        await Client.CreateAsync("/p/plain").SucceedsAsync();
        await Client.CreateAsync("/p/z9999999999").SucceedsAsync();
        Assert.Equal("/p/s0000000002", await SequentialAsync("/p/s"));
        await Client.DeleteAsync("/p/s0000000002").SucceedsAsync();
        await Client.DeleteAsync("/p/plain").SucceedsAsync();
        Assert.Equal(-110, (await Client.CreateAsync("/p/z9999999999")).Error);
        Assert.Equal("/p/s0000000003", await SequentialAsync("/p/s"));
        Assert.Equal("/p/other0000000004", await SequentialAsync("/p/other", flags: 3));

        await Client.CreateAsync("/q").SucceedsAsync();
        Assert.Equal("/q/s0000000000", await SequentialAsync("/q/s"));
    }

    [Fact]
    public async Task Section_13_18_Cversion_counts_creations_and_deletions_and_starts_below_zero_at_the_system_nodes()
    {
        var root = await Client.StatAsync("/");
        Assert.Equal((-1, 1, 0), (root.Cversion, root.NumChildren, root.Version));
        var system = await Client.StatAsync("/zookeeper");
        Assert.Equal((-2, 2), (system.Cversion, system.NumChildren));
        Assert.Equal(0, (await Client.StatAsync("/zookeeper/quota")).Cversion);
        Assert.Equal(-1, (await Client.StatAsync("/zookeeper/config")).Aversion);

        await Client.CreateAsync("/a").SucceedsAsync();
        Assert.Equal(0, (await Client.StatAsync("/")).Cversion);
        await Client.DeleteAsync("/a").SucceedsAsync();
        Assert.Equal(1, (await Client.StatAsync("/")).Cversion);
    }

    [Fact]
    public async Task Section_13_19_The_suffix_has_ten_digits()
    {
        await Client.CreateAsync("/p").SucceedsAsync();
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal($"/p/s{i:D10}", await SequentialAsync("/p/s"));
        }
    }

    [Fact]
    public async Task Section_13_20_The_path_of_a_sequential_node_may_end_in_a_slash()
    {
        await Client.CreateAsync("/f").SucceedsAsync();
        Assert.Equal("/f/0000000000", await SequentialAsync("/f/"));
        Assert.Equal("/f/0000000001", await SequentialAsync("/f/", flags: 3));
        Assert.Equal("/0000000001", await SequentialAsync("/"));
    }

    [Fact]
    public async Task Section_13_21_Containers_and_TTL_nodes_have_no_ephemeral_owner_on_the_wire()
    {
        var container = (await Client.CallAsync(WireOp.CreateContainer, WireBody.Create("/c", flags: 4))).Reader();
        Assert.Equal("/c", container.Text());
        Assert.Equal(0, container.Stat().EphemeralOwner);
        var ttl = (await Client.CallAsync(WireOp.CreateTtl, WireBody.CreateTtl("/t", null, 60_000, flags: 6))).Reader();
        Assert.Equal("/t0000000001", ttl.Text());
        Assert.Equal(0, ttl.Stat().EphemeralOwner);
        await Client.CreateAsync("/e", flags: 1).SucceedsAsync();
        Assert.Equal(Client.Session!.SessionId, (await Client.StatAsync("/e")).EphemeralOwner);
        foreach (var path in (string[])["/c", "/t0000000001", "/"])
        {
            Assert.Equal(0, (await Client.StatAsync(path)).EphemeralOwner);
        }
    }

    /// <summary>All of it is seen by one round of the reaper: whatever it must spare is still there after it took what
    /// it must take.</summary>
    [Fact]
    public async Task Section_13_22_and_23_A_TTL_node_goes_by_its_last_data_while_childless_and_a_container_after_use()
    {
        await TtlAsync("/parent", 1);
        await Client.CreateAsync("/parent/child").SucceedsAsync();
        await TtlAsync("/long", 600_000);
        await Client.CallAsync(WireOp.CreateContainer, WireBody.Create("/unused", flags: 4)).SucceedsAsync();
        await Client.CallAsync(WireOp.CreateContainer, WireBody.Create("/used", flags: 4)).SucceedsAsync();
        await Client.CallAsync(WireOp.CreateContainer, WireBody.Create("/in-use", flags: 4)).SucceedsAsync();
        await Client.CreateAsync("/in-use/child").SucceedsAsync();
        await Client.CreateAsync("/used/child").SucceedsAsync();
        await Client.DeleteAsync("/used/child").SucceedsAsync();
        await TtlAsync("/short", 1);
        await Client.ExistsAsync("/short", watch: true).SucceedsAsync();

        Assert.Equal(new WireEvent(2, 3, "/short"), (await Client.ReceiveAsync())!.Event);
        await RunningPipeline.UntilAsync(() => Wire.Pipeline.State.Tree.Find("/used") is null, "it is reaped");
        foreach (var path in (string[])["/parent", "/long", "/unused", "/in-use"])
        {
            Assert.Equal((path, 0), (path, (await Client.ExistsAsync(path)).Error));
        }

        Task<WireMessage> TtlAsync(string path, long ttl) =>
            Client.CallAsync(WireOp.CreateTtl, WireBody.CreateTtl(path, null, ttl)).SucceedsAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/zookeeper")]
    [InlineData("/zookeeper/quota")]
    [InlineData("/zookeeper/config")]
    public async Task Section_13_29_Nodes_that_must_exist_cannot_be_deleted_whatever_the_version(string path)
    {
        Assert.Equal(-8, (await Client.DeleteAsync(path)).Error);
        Assert.Equal(-8, (await Client.DeleteAsync(path, version: 99)).Error);
        var multi = await Client.MultiAsync((WireOp.Delete, WireBody.PathAndVersion(path)));
        Assert.Equal([(-1, -8)], multi.FailedResults());
    }

    [Fact]
    public async Task Section_13_52_The_configuration_node_is_there_empty_and_readable_by_all()
    {
        var read = (await Client.GetDataAsync("/zookeeper/config", watch: true)).Reader();
        Assert.True(read.Buffer() is null or { Length: 0 });
        var acl = (await Client.GetAclAsync("/zookeeper/config")).Reader().Acl();
        Assert.Equal([new WireAcl(1, "world", "anyone")], acl);
    }

    [Fact]
    public async Task Section_13_53_Bookkeeping_of_quotas_changes_no_stat_and_tells_nobody()
    {
        await Client.CreateAsync("/q").SucceedsAsync();
        await Client.CreateAsync("/zookeeper/quota/q").SucceedsAsync();
        await Client.CreateAsync("/zookeeper/quota/q/zookeeper_limits", "count=9,bytes=99"u8.ToArray()).SucceedsAsync();
        await Client.CreateAsync("/zookeeper/quota/q/zookeeper_stats", "count=0,bytes=0"u8.ToArray()).SucceedsAsync();
        await AssertUsageAsync("count=1,bytes=0");
        var before = await Client.StatAsync("/zookeeper/quota/q/zookeeper_stats");
        await Client.AddWatchAsync("/zookeeper/quota", 1).SucceedsAsync();

        await Client.CreateAsync("/q/a", WireCalls.Hi).SucceedsAsync();
        await AssertUsageAsync("count=2,bytes=2");
        var after = await Client.StatAsync("/zookeeper/quota/q/zookeeper_stats");
        Assert.Equal(before with { DataLength = after.DataLength }, after);
        Assert.Empty(await Client.EventsAsync());

        async Task AssertUsageAsync(string usage)
        {
            var data = (await Client.GetDataAsync("/zookeeper/quota/q/zookeeper_stats")).Reader().Buffer();
            Assert.Equal(usage, System.Text.Encoding.UTF8.GetString(data!));
        }
    }

    [Theory]
    [InlineData(WireOp.Create, 7, -8)]
    [InlineData(WireOp.Create, -1, -8)]
    [InlineData(WireOp.Create2, 100, -8)]
    [InlineData(WireOp.Create, 5, -8)]
    [InlineData(WireOp.Create2, 6, -8)]
    [InlineData(WireOp.Create, 4, 0)]
    [InlineData(WireOp.CreateContainer, 4, 0)]
    [InlineData(WireOp.CreateTtl, 0, -8)]
    [InlineData(WireOp.CreateTtl, 4, -8)]
    [InlineData(WireOp.CreateTtl, 7, -8)]
    public async Task Section_2_1_Flags_are_judged_by_the_opcode(int type, int flags, int error)
    {
        var body = type == WireOp.CreateTtl
            ? WireBody.CreateTtl("/a", null, 5, flags)
            : WireBody.Create("/a", flags: flags);
        Assert.Equal(error, (await Client.CallAsync(type, body)).Error);
    }

    [Fact]
    public async Task Section_2_The_newer_reads_tell_of_descendants_ephemerals_and_credentials()
    {
        Assert.Equal(3, await DescendantsAsync("/"));
        await Client.CreateAsync("/a").SucceedsAsync();
        await Client.CreateAsync("/a/e", flags: 1).SucceedsAsync();
        await Client.CreateAsync("/ab", flags: 1).SucceedsAsync();
        Assert.Equal(6, await DescendantsAsync("/"));
        Assert.Equal(1, await DescendantsAsync("/a"));

        foreach (var (prefix, found) in ((string?, string[])[])[
            (null, ["/a/e", "/ab"]), (" ", ["/a/e", "/ab"]), ("/a", ["/a/e", "/ab"]), ("/a/", ["/a/e"]), ("/x", [])])
        {
            var reply = await Client.CallAsync(WireOp.GetEphemerals, WireBody.Path(prefix));
            Assert.Equal(found, reply.Reader().Texts()!.Order(StringComparer.Ordinal));
        }

        await Client.AuthAsync("digest", "user:pass").SucceedsAsync();
        var who = (await Client.CallAsync(WireOp.WhoAmI)).Reader();
        Assert.Equal([("ip", "127.0.0.1"), ("digest", "user")], who.List(() => (who.Text(), who.Text())));
        var reconfig = new BodyWriter().Text(null).Text(null).Text("server.1=x").Long(-1).ToArray();
        Assert.Equal(-123, (await Client.CallAsync(WireOp.Reconfig, reconfig)).Error);
    }

    private async Task<int> DescendantsAsync(string path) =>
        (await Client.CallAsync(WireOp.GetAllChildrenNumber, WireBody.Path(path))).Reader().Int();

    private async Task<string?> SequentialAsync(string path, int flags = 2) =>
        (await Client.CreateAsync(path, flags: flags)).Reader().Text();
}
