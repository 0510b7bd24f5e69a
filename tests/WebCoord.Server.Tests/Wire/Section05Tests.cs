namespace WebCoord.Server.Tests.Wire;

/// <summary>Section 5: paths, the order of checks, and other rules of validation.</summary>
public sealed class Section05Tests : IAsyncLifetime
{
    private static readonly WireAcl[] Nobody = [new(31, "digest", "nobody:hash")];

    private static readonly WireAcl[] Invalid = [new(31, "unknown", "id")];

    /// <summary>Paths that no node may have; U+FFFD stands for bytes that are no UTF-8.</summary>
    public static TheoryData<string> BadPaths =>
    [
        "", "a", "a/b", "/a/", "//", "/a//b", "/.", "/..", "/a/./b", "/a/../b", "/a\u0000b", "/\u0001", "/\u001F",
        "/\u007F", "/\u009F", "/\uE000", "/\uF8FF", "/\uFFF0", "/\uFFFD", "/\uFFFF", "/😀",
    ];

    private MemoryWire Wire { get; set; } = null!;

    private WireClient Client { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Wire = await MemoryWire.StartAsync();
        Client = await Wire.OpenAsync();
    }

    public async Task DisposeAsync() => await Wire.DisposeAsync();

    [Theory]
    [MemberData(nameof(BadPaths))]
    public async Task Section_5_1_Bad_paths_are_bad_arguments_of_setData_setACL_and_check(string path)
    {
        Assert.Equal(-8, (await Client.SetDataAsync(path, [])).Error);
        Assert.Equal(-8, (await Client.SetAclAsync(path, WireAcl.Open)).Error);
        var checkedOnly = await Client.MultiAsync((WireOp.Check, WireBody.PathAndVersion(path)));
        Assert.Equal([(-1, -8)], checkedOnly.FailedResults());
    }

    [Theory]
    [MemberData(nameof(BadPaths))]
    public async Task Section_5_1_Bad_paths_are_bad_arguments_of_create_once_the_parent_is_there(string path)
    {
        var isWithoutParent = path is "a/b" or "/a/" or "/a//b" or "/a/./b" or "/a/../b";
        foreach (var type in (int[])[WireOp.Create, WireOp.Create2])
        {
            Assert.Equal(isWithoutParent ? -101 : -8, (await Client.CallAsync(type, WireBody.Create(path))).Error);
        }

        await Client.CreateAsync("/a").SucceedsAsync();
        if (path is "/a/")
        {
            Assert.Equal(-8, (await Client.CreateAsync(path)).Error);
        }
    }

    [Theory]
    [InlineData("/...")]
    [InlineData("/.a")]
    [InlineData("/ä b")]
    [InlineData("/\uF900")]
    [InlineData("/\uD7FF")]
    [InlineData("/\u00A0")]
    [InlineData("/\uFFEF")]
    public async Task Section_5_1_Paths_that_look_odd_may_be_good(string path)
    {
        Assert.Equal(path, (await Client.CreateAsync(path, WireCalls.Hi).SucceedsAsync()).Reader().Text());
        Assert.Equal(WireCalls.Hi, (await Client.GetDataAsync(path)).Reader().Buffer());
        await Client.DeleteAsync(path).SucceedsAsync();
    }

    [Theory]
    [InlineData("", -8)]
    [InlineData("a", -8)]
    [InlineData("/a\u0000b", -8)]
    [InlineData("/", -8)]
    [InlineData("/zookeeper", -8)]
    [InlineData("/zookeeper/quota", -8)]
    [InlineData("/zookeeper/config", -8)]
    [InlineData("/a//b", -8)]
    [InlineData("/a/../b", -8)]
    [InlineData("/\u0001", -8)]
    public async Task Section_5_1_Deleting_a_bad_path_or_one_that_must_stay_is_a_bad_argument(string path, int error) =>
        Assert.Equal(error, (await Client.DeleteAsync(path)).Error);

    [Fact]
    public async Task Section_5_1_Reads_look_a_bad_path_up_and_exists_watches_it()
    {
        foreach (var path in (string[])["a", "/a/", "//", "/./a", "/\u0001"])
        {
            Assert.Equal(-101, (await Client.ExistsAsync(path, watch: true)).Error);
            Assert.Equal(0, (await Client.CallAsync(WireOp.CheckWatches, WireBody.PathAndKind(path, 2))).Error);
            Assert.Equal(-101, (await Client.GetDataAsync(path)).Error);
            Assert.Equal(-101, (await Client.GetChildrenAsync(path)).Error);
            Assert.Equal(-101, (await Client.GetAclAsync(path)).Error);
            Assert.Equal(-101, (await Client.CallAsync(WireOp.GetAllChildrenNumber, WireBody.Path(path))).Error);
            Assert.Equal(0, (await Client.CallAsync(WireOp.Sync, WireBody.Path(path))).Error);
            Assert.Equal(0, (await Client.AddWatchAsync(path, 0)).Error);
        }

        Assert.Equal(-8, (await Client.ExistsAsync("/a\u0000", watch: true)).Error);
        Assert.Equal(-121,
            (await Client.CallAsync(WireOp.CheckWatches, WireBody.PathAndKind("/a\u0000", 2))).Error);
    }

    [Fact]
    public async Task Section_5_1_The_empty_path_of_a_read_is_the_root()
    {
        Assert.Equal(0, (await Client.GetDataAsync("")).Error);
        Assert.Equal(["zookeeper"], (await Client.GetChildrenAsync("")).Reader().Texts());
        Assert.Equal(0, (await Client.GetAclAsync("")).Error);
        Assert.Equal(0, (await Client.CallAsync(WireOp.GetAllChildrenNumber, WireBody.Path(""))).Error);
    }

    [Fact]
    public async Task Section_5_1_A_null_path_is_a_bad_argument_of_two_writes_and_malformed_elsewhere()
    {
        Assert.Equal(-8, (await Client.SetDataAsync(null, [])).Error);
        Assert.Equal(-8, (await Client.SetAclAsync(null, WireAcl.Open)).Error);
        Assert.Equal(-5, (await Client.MultiAsync((WireOp.Check, WireBody.PathAndVersion(null)))).Error);
        foreach (var call in (Func<Task<WireMessage>>[])[
            () => Client.CreateAsync(null), () => Client.DeleteAsync(null), () => Client.ExistsAsync(null),
            () => Client.GetDataAsync(null), () => Client.GetChildrenAsync(null), () => Client.GetAclAsync(null),
            () => Client.AddWatchAsync(null, 0)])
        {
            Assert.Equal(-5, (await call()).Error);
        }
    }

    [Fact]
    public async Task Section_5_2_Create_names_the_first_thing_that_is_wrong()
    {
        await Client.CreateAsync("/closed", acl: [new(1, "world", "anyone")]).SucceedsAsync();
        await Client.CreateAsync("/ephemeral", flags: 1).SucceedsAsync();

        Assert.Equal(-8, (await Client.CreateAsync("no-slash", flags: 9, acl: Invalid)).Error);
        Assert.Equal(-8, (await CreateTtlAsync("no-slash", ttl: 0)).Error);
        Assert.Equal(-8, (await Client.CreateAsync("no-slash", acl: Invalid)).Error);
        Assert.Equal(-114, (await Client.CreateAsync("/none/a", acl: Invalid)).Error);
        Assert.Equal(-101, (await Client.CreateAsync("/none/..")).Error);
        Assert.Equal(-102, (await Client.CreateAsync("/closed/..")).Error);
        Assert.Equal(-8, (await Client.CreateAsync("/ephemeral/..")).Error);
        Assert.Equal(-108, (await Client.CreateAsync("/ephemeral/a")).Error);
        Assert.Equal(-110, (await Client.CreateAsync("/closed")).Error);
    }

    [Fact]
    public async Task Section_5_2_Delete_names_the_first_thing_that_is_wrong()
    {
        await Client.CreateAsync("/closed").SucceedsAsync();
        await Client.CreateAsync("/closed/a").SucceedsAsync();
        await Client.CreateAsync("/closed/a/b").SucceedsAsync();
        Assert.Equal(-101, (await Client.DeleteAsync("/none/a")).Error);
        Assert.Equal(-101, (await Client.DeleteAsync("/closed/none", 5)).Error);
        Assert.Equal(-103, (await Client.DeleteAsync("/closed/a", 5)).Error);
        Assert.Equal(-111, (await Client.DeleteAsync("/closed/a", 0)).Error);

        await Client.SetAclAsync("/closed", [new(1, "world", "anyone")]).SucceedsAsync();
        Assert.Equal(-102, (await Client.DeleteAsync("/closed/none")).Error);
        Assert.Equal(-102, (await Client.DeleteAsync("/closed/a", 5)).Error);
    }

    [Fact]
    public async Task Section_5_2_SetData_setACL_and_check_name_the_first_thing_that_is_wrong()
    {
        await Client.CreateAsync("/closed", acl: Nobody).SucceedsAsync();
        await Client.CreateAsync("/open").SucceedsAsync();
        Assert.Equal(-101, (await Client.SetDataAsync("/none", [], 5)).Error);
        Assert.Equal(-102, (await Client.SetDataAsync("/closed", [], 5)).Error);
        Assert.Equal(-103, (await Client.SetDataAsync("/open", [], 5)).Error);

        Assert.Equal(-8, (await Client.SetAclAsync("none", Invalid)).Error);
        Assert.Equal(-114, (await Client.SetAclAsync("/none", Invalid)).Error);
        Assert.Equal(-101, (await Client.SetAclAsync("/none", WireAcl.Open, 5)).Error);
        Assert.Equal(-102, (await Client.SetAclAsync("/closed", WireAcl.Open, 5)).Error);
        Assert.Equal(-103, (await Client.SetAclAsync("/open", WireAcl.Open, 5)).Error);

        foreach (var (path, error) in ((string, int)[])[("/none", -101), ("/closed", -102), ("/open", -103)])
        {
            var reply = await Client.MultiAsync((WireOp.Check, WireBody.PathAndVersion(path, 5)));
            Assert.Equal([(-1, error)], reply.FailedResults());
        }
    }

    [Fact]
    public async Task Section_5_2_Reads_look_for_the_node_before_its_permissions()
    {
        await Client.CreateAsync("/closed", acl: Nobody).SucceedsAsync();
        foreach (var op in (int[])[WireOp.GetData, WireOp.GetChildren, WireOp.GetChildren2, WireOp.Exists])
        {
            Assert.Equal(-101, (await Client.CallAsync(op, WireBody.Read("/none"))).Error);
            Assert.Equal(-102, (await Client.CallAsync(op, WireBody.Read("/closed", watch: true))).Error);
        }

        // What may not be read is not watched either.
        Assert.Equal(-121, (await Client.CallAsync(WireOp.CheckWatches, WireBody.PathAndKind("/closed", 3))).Error);
        Assert.Equal(-102, (await Client.CallAsync(WireOp.GetAllChildrenNumber, WireBody.Path("/closed"))).Error);
        Assert.Equal(-102, (await Client.GetAclAsync("/closed")).Error);

        await Client.CreateAsync("/administered", acl: [new(16, "world", "anyone")]).SucceedsAsync();
        Assert.Equal(0, (await Client.GetAclAsync("/administered")).Error);
        Assert.Equal(-102, (await Client.GetDataAsync("/administered")).Error);
    }

    [Fact]
    public async Task Section_5_3_Ephemerals_have_no_children_but_containers_and_TTL_nodes_have()
    {
        await Client.CreateAsync("/e", flags: 1).SucceedsAsync();
        await Client.CallAsync(WireOp.CreateContainer, WireBody.Create("/c", flags: 4)).SucceedsAsync();
        await CreateTtlAsync("/t", ttl: 60_000).SucceedsAsync();
        Assert.Equal(-108, (await Client.CreateAsync("/e/a")).Error);
        await Client.CreateAsync("/c/a").SucceedsAsync();
        await Client.CreateAsync("/t/a").SucceedsAsync();
    }

    [Fact]
    public async Task Section_5_3_The_system_nodes_may_be_written_to_except_the_configuration()
    {
        await Client.SetDataAsync("/zookeeper", WireCalls.Hi).SucceedsAsync();
        await Client.SetDataAsync("/zookeeper/quota", WireCalls.Hi).SucceedsAsync();
        await Client.CreateAsync("/zookeeper/mine").SucceedsAsync();
        Assert.Equal(-102, (await Client.SetDataAsync("/zookeeper/config", [])).Error);
        Assert.Equal(-102, (await Client.CreateAsync("/zookeeper/config/a")).Error);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0xFF_FFFF_FFFF, 0)]
    [InlineData(0, -8)]
    [InlineData(-1, -8)]
    [InlineData(0x100_0000_0000, -8)]
    public async Task Section_5_3_A_TTL_has_at_most_40_bits(long ttl, int error) =>
        Assert.Equal(error, (await CreateTtlAsync("/t", ttl)).Error);

    [Fact]
    public async Task Section_5_3_TTL_nodes_may_be_switched_off()
    {
        await using var wire = await MemoryWire.StartAsync("WebCoord:ZooKeeper:ExtendedTypes=false");
        var client = await wire.OpenAsync();
        Assert.Equal(-6, (await client.CallAsync(WireOp.CreateTtl, WireBody.CreateTtl("/t", null, 5))).Error);
        Assert.Equal(-6, (await client.CreateAsync("/t", flags: 5)).Error);
        Assert.Equal(0, (await client.PingAsync()).Error);
    }

    [Fact]
    public async Task Section_5_3_An_ACL_that_says_nothing_or_what_no_scheme_allows_is_invalid()
    {
        foreach (var acl in (WireAcl[]?[])[
            null, [], Invalid, [new(31, null, null)], [new(31, "world", "someone")], [new(31, "world", null)],
            [new(31, "auth", "")], [new(31, "digest", "a")], [new(31, "digest", "a:")], [new(31, "digest", "a:b:c")],
            [new(31, "ip", "300.0.0.1")], [new(31, "ip", "10.0.0.1/33")], [new(31, "super", "")],
            [new(31, "world", "anyone"), new(31, "digest", "a")]])
        {
            var body = new BodyWriter().Text("/a").Buffer(null).Acl(acl).Int(0).ToArray();
            Assert.Equal(-114, (await Client.CallAsync(WireOp.Create, body)).Error);
        }

        foreach (var acl in (WireAcl[])[
            new(0, "world", "anyone"), new(-1, "digest", "a:b"), new(32, "digest", ":b"), new(1, "ip", "10.0.0.0/8"),
            new(1, "ip", "::1/128")])
        {
            await Client.CreateAsync("/a", acl: [acl]).SucceedsAsync();
            await Client.DeleteAsync("/a").SucceedsAsync();
        }
    }

    private Task<WireMessage> CreateTtlAsync(string path, long ttl) =>
        Client.CallAsync(WireOp.CreateTtl, WireBody.CreateTtl(path, null, ttl));
}
