
namespace WebCoord.Server.Tests.Wire;

/// <summary>The points of section 13 about what replies look like.</summary>
public sealed class Section13ReplyTests : IAsyncLifetime
{
    private MemoryWire Wire { get; set; } = null!;

    private WireClient Client { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Wire = await MemoryWire.StartAsync();
        Client = await Wire.OpenAsync();
    }

    public async Task DisposeAsync() => await Wire.DisposeAsync();

    [Fact]
    public async Task Section_13_01_A_failed_multi_is_a_success_whose_results_are_all_errors()
    {
        await Client.CreateAsync("/b").SucceedsAsync();
        var reply = await Client.MultiAsync((WireOp.Create, WireBody.Create("/a")),
            (WireOp.SetData, WireBody.SetData("/b", [])), (WireOp.Create, WireBody.Create("/b")),
            (WireOp.Delete, WireBody.PathAndVersion("/a")), (WireOp.Check, WireBody.PathAndVersion("/none")));

        Assert.Equal(0, reply.Error);
        Assert.Equal([(-1, 0), (-1, 0), (-1, -110), (-1, -2), (-1, -2)], reply.FailedResults());
        Assert.Equal(-101, (await Client.ExistsAsync("/a")).Error);
        Assert.Equal(0, (await Client.StatAsync("/b")).Version);
    }

    [Fact]
    public async Task Section_13_02_Results_of_containers_and_TTL_nodes_in_a_multi_have_the_type_of_create2()
    {
        (int Type, byte[] Body, int ResultType)[] operations =
        [
            (WireOp.Create, WireBody.Create("/a"), 1), (WireOp.Create2, WireBody.Create("/b"), 15),
            (WireOp.CreateContainer, WireBody.Create("/c", flags: 4), 15),
            (WireOp.CreateTtl, WireBody.CreateTtl("/t", null, 60_000), 15),
            (WireOp.SetData, WireBody.SetData("/a", []), 5), (WireOp.Check, WireBody.PathAndVersion("/a", 1), 13),
            (WireOp.Delete, WireBody.PathAndVersion("/a"), 2),
        ];
        var reply = await Client.MultiAsync(operations.Select(operation => (operation.Type, operation.Body)));

        Assert.Equal(0, reply.Error);
        var reader = reply.Reader();
        foreach (var (_, _, type) in operations)
        {
            Assert.Equal((type, false, 0), reader.MultiHeader());
            if (type is 1 or 15)
            {
                Assert.StartsWith("/", reader.Text(), StringComparison.Ordinal);
            }

            if (type is 5 or 15)
            {
                Assert.True(reader.Stat().Mzxid == reply.Zxid);
            }
        }

        Assert.Equal((-1, true, -1), reader.MultiHeader());
        Assert.Equal(0, reader.Remaining);
    }

    [Fact]
    public async Task Section_13_03_Replies_of_errors_have_no_body()
    {
        await Client.CreateAsync("/a").SucceedsAsync();
        foreach (var (type, body) in ((int, byte[])[])[
            (WireOp.Create, WireBody.Create("/a")), (WireOp.Create2, WireBody.Create("/a")),
            (WireOp.Delete, WireBody.PathAndVersion("/none")), (WireOp.Exists, WireBody.Read("/none")),
            (WireOp.Exists, WireBody.Read("/none", watch: true)), (WireOp.GetData, WireBody.Read("/none")),
            (WireOp.GetData, WireBody.Read("/none", watch: true)), (WireOp.SetData, WireBody.SetData("/none", [])),
            (WireOp.GetAcl, WireBody.Path("/none")), (WireOp.SetAcl, WireBody.SetAcl("/none", WireAcl.Open)),
            (WireOp.GetChildren, WireBody.Read("/none")), (WireOp.GetChildren2, WireBody.Read("/none", watch: true)),
            (WireOp.Multi, [1]), (WireOp.MultiRead, [1]), (WireOp.CheckWatches, WireBody.PathAndKind("/none", 1)),
            (WireOp.RemoveWatches, WireBody.PathAndKind("/none", 1)), (WireOp.AddWatch, WireBody.PathAndKind("/", 7)),
            (WireOp.GetAllChildrenNumber, WireBody.Path("/none")), (WireOp.Reconfig, Reconfig())])
        {
            var reply = await Client.CallAsync(type, body);
            Assert.NotEqual(0, reply.Error);
            Assert.Equal((type, 0), (type, reply.Body.Length));
        }
    }

    [Fact]
    public async Task Section_13_30_Null_data_is_not_empty_data_in_either_direction()
    {
        foreach (var data in (byte[]?[])[null, [], [0]])
        {
            await Client.CreateAsync("/a", data).SucceedsAsync();
            await AssertDataAsync(data);
            await Client.SetDataAsync("/a", WireCalls.Hi).SucceedsAsync();
            await Client.SetDataAsync("/a", data).SucceedsAsync();
            await AssertDataAsync(data);
            await Client.DeleteAsync("/a").SucceedsAsync();
        }

        async Task AssertDataAsync(byte[]? data)
        {
            var read = (await Client.GetDataAsync("/a")).Reader();
            Assert.Equal(data, read.Buffer());
            Assert.Equal(data?.Length ?? 0, read.Stat().DataLength);
        }
    }

    [Fact]
    public async Task Section_13_31_An_oversize_frame_drops_the_connection_and_keeps_the_session()
    {
        await Client.CreateAsync("/e", flags: 1).SucceedsAsync();
        await Client.SendAsync(WireClient.Request(9, WireOp.SetData, WireBody.SetData("/e", new byte[1 << 20])));
        Assert.Null(await Client.ReceiveAsync());

        var again = await Wire.OpenAsync(Client.Again());
        Assert.Equal(Client.Session!.SessionId, (await again.StatAsync("/e")).EphemeralOwner);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(WireOp.Check)]
    [InlineData(WireOp.DeleteContainer)]
    [InlineData(WireOp.CreateSession)]
    [InlineData(WireOp.Error)]
    [InlineData(23)]
    [InlineData(99)]
    [InlineData(108)]
    [InlineData(int.MinValue)]
    public async Task Section_13_32_An_unknown_opcode_is_answered_with_minus_6_and_the_connection_closed(int type)
    {
        await Client.CreateAsync("/a").SucceedsAsync();
        await Client.SendAllAsync(WireClient.Request(7, WireOp.SetData, WireBody.SetData("/a", [])),
            WireClient.Request(8, type, WireBody.PathAndVersion("/a")),
            WireClient.Request(9, WireOp.SetData, WireBody.SetData("/a", [])));

        Assert.Equal((7, 0), await Client.ReceiveAsync() is { } before ? (before.Xid, before.Error) : default);
        var reply = await Client.ReceiveAsync();
        Assert.Equal((8, -1L, -6, 0), (reply!.Xid, reply.Zxid, reply.Error, reply.Body.Length));
        Assert.Null(await Client.ReceiveAsync());
        var again = await Wire.OpenAsync(Client.Again());
        Assert.Equal(1, (await again.StatAsync("/a")).Version);
    }

    [Theory]
    [InlineData("unknown", "a:b")]
    [InlineData("world", "anyone")]
    [InlineData("auth", "")]
    [InlineData("super", "")]
    [InlineData("sasl", "a")]
    [InlineData("digest", null)]
    [InlineData(null, "a:b")]
    [InlineData("x509", "CN=a")]
    public async Task Section_13_33_Refused_credentials_are_answered_before_the_close(string? scheme, string? id)
    {
        var reply = await Client.AuthAsync(scheme, id);
        Assert.Equal((-115, 0L, 0), (reply.Error, reply.Zxid, reply.Body.Length));
        Assert.Null(await Client.ReceiveAsync());
        await Wire.OpenAsync(Client.Again());
    }

    [Fact]
    public async Task Section_13_33_A_digest_never_fails_and_sasl_is_refused()
    {
        foreach (var credential in (string[])["user:pass", "no colon", "", ":", "a:b:c", "ü:ß"])
        {
            Assert.Equal(0, (await Client.AuthAsync("digest", credential)).Error);
        }

        Assert.Equal(0, (await Client.AuthAsync("ip", "")).Error);
        var sasl = await Client.CallAsync(WireOp.Sasl, new BodyWriter().Buffer([1]).ToArray());
        Assert.Equal((-115, 0L), (sasl.Error, sasl.Zxid));
        Assert.Null(await Client.ReceiveAsync());
    }

    [Fact]
    public async Task Section_13_45_Sync_echoes_any_path()
    {
        foreach (var path in (string[])["/", "/none", "", "no path", "/a//b", "/\u0001"])
        {
            var reply = await Client.CallAsync(WireOp.Sync, WireBody.Path(path));
            Assert.Equal((0, path), (reply.Error, reply.Reader().Text()));
        }
    }

    [Fact]
    public async Task Section_13_49_Zxids_only_grow_whether_writes_fail_or_not()
    {
        var last = 0L;
        for (var i = 0; i < 10; i++)
        {
            var reply = i % 2 == 0 ? await Client.CreateAsync("/a") : await Client.SetDataAsync("/a", [], version: 99);
            Assert.True(reply.Zxid > last);
            last = reply.Zxid;
        }
    }

    [Fact]
    public async Task Section_13_54_Operations_of_a_multi_see_those_before_them_and_share_one_zxid_and_time()
    {
        await Client.CreateAsync("/p").SucceedsAsync();
        var reply = await Client.MultiAsync((WireOp.Create2, WireBody.Create("/p/a")),
            (WireOp.Create2, WireBody.Create("/p/a/b")), (WireOp.Create2, WireBody.Create("/p/s", flags: 2)),
            (WireOp.Create2, WireBody.Create("/p/s", flags: 2)));
        var reader = reply.Reader();
        List<(string?, WireStat)> results = [];
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal((15, false, 0), reader.MultiHeader());
            results.Add((reader.Text(), reader.Stat()));
        }

        Assert.Equal(["/p/a", "/p/a/b", "/p/s0000000001", "/p/s0000000002"], results.Select(result => result.Item1));
        Assert.Equal((reply.Zxid, 1), Assert.Single(results.Select(result =>
            (result.Item2.Czxid, results.Select(other => other.Item2.Ctime).Distinct().Count())).Distinct()));

        // A multi that fails takes the counter back with everything else.
        var failed = await Client.MultiAsync((WireOp.Create, WireBody.Create("/p/s", flags: 2)),
            (WireOp.Delete, WireBody.PathAndVersion("/p/s0000000003")),
            (WireOp.Check, WireBody.PathAndVersion("/none")));
        Assert.Equal([(-1, 0), (-1, 0), (-1, -101)], failed.FailedResults());
        Assert.Equal("/p/s0000000003", (await Client.CreateAsync("/p/s", flags: 2)).Reader().Text());
        await Client.MultiAsync((WireOp.Delete, WireBody.PathAndVersion("/p/a/b")),
            (WireOp.Create, WireBody.Create("/p/a/b", WireCalls.Hi))).SucceedsAsync();
        Assert.Equal(0, (await Client.StatAsync("/p/a/b")).Version);
    }

    [Fact]
    public async Task Section_3_1_A_multi_that_cannot_be_read_fails_as_a_whole()
    {
        foreach (var operation in ((int, byte[])[])[
            (WireOp.SetAcl, WireBody.SetAcl("/a", WireAcl.Open)), (WireOp.GetData, WireBody.Read("/")),
            (WireOp.Multi, []), (99, []), (WireOp.Create, [1, 2, 3])])
        {
            var reply = await Client.MultiAsync((WireOp.Create, WireBody.Create("/first")), operation);
            Assert.Equal((-5, 0), (reply.Error, reply.Body.Length));
        }

        Assert.Equal(-101, (await Client.ExistsAsync("/first")).Error);

        // Flags that there are not fail their own operation, as in ZooKeeper itself.
        var flagged = await Client.MultiAsync((WireOp.Create, WireBody.Create("/first")),
            (WireOp.Create2, WireBody.Create("/a", flags: 7)));
        Assert.Equal([(-1, 0), (-1, -8)], flagged.FailedResults());
    }

    [Fact]
    public async Task Section_3_3_An_empty_multi_succeeds_with_nothing_but_its_end()
    {
        var reply = await Client.MultiAsync();
        Assert.Equal(0, reply.Error);
        Assert.Equal(new BodyWriter().MultiHeader(-1, done: true, error: -1).ToArray(), reply.Body.ToArray());
    }

    [Fact]
    public async Task Section_3_4_MultiRead_answers_each_read_by_itself_and_arms_nothing()
    {
        await Client.CreateAsync("/a", WireCalls.Hi).SucceedsAsync();
        var reply = await Client.CallAsync(WireOp.MultiRead, WireBody.Multi([
            (WireOp.GetData, WireBody.Read("/a", watch: true)), (WireOp.GetData, WireBody.Read("/none")),
            (WireOp.GetChildren, WireBody.Read("/", watch: true))]));
        var reader = reply.Reader();
        Assert.Equal((4, false, 0), reader.MultiHeader());
        Assert.Equal(WireCalls.Hi, reader.Buffer());
        Assert.Equal(2, reader.Stat().DataLength);
        Assert.Equal((-1, false, -101), reader.MultiHeader());
        Assert.Equal(-101, reader.Int());
        Assert.Equal((8, false, 0), reader.MultiHeader());
        Assert.Equal(["a", "zookeeper"], reader.Texts()!.Order());
        Assert.Equal((-1, true, -1), reader.MultiHeader());
        Assert.Equal(0, reply.Error);

        await Client.DeleteAsync("/a").SucceedsAsync();
        Assert.Empty(await Client.EventsAsync());
        var mixed = await Client.CallAsync(WireOp.MultiRead, WireBody.Multi([(WireOp.Create, WireBody.Create("/b"))]));
        Assert.Equal(-5, mixed.Error);
    }

    [Fact]
    public async Task A_multiRead_that_asks_for_more_than_any_client_takes_is_refused()
    {
        await Client.CreateAsync("/big", new byte[500_000]).SucceedsAsync();
        var reads = Enumerable.Repeat((WireOp.GetData, WireBody.Read("/big")), 20_000);
        Assert.Equal(-5, (await Client.CallAsync(WireOp.MultiRead, WireBody.Multi(reads))).Error);
        Assert.Equal(0, (await Client.PingAsync()).Error);
    }

    [Fact]
    public async Task Section_13_42_The_zxid_of_a_reply_is_never_newer_than_what_was_read()
    {
        var writer = await Wire.OpenAsync();
        await writer.CreateAsync("/a").SucceedsAsync();
        var isDone = false;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                await writer.SetDataAsync("/a", []).SucceedsAsync();
            }

            Volatile.Write(ref isDone, true);
        });
        List<(long Reply, long Mzxid)> seen = [];
        while (!Volatile.Read(ref isDone))
        {
            var reply = await Client.GetDataAsync("/a", watch: seen.Count % 2 == 0);
            var reader = reply.Reader();
            _ = reader.Buffer();
            seen.Add((reply.Zxid, reader.Stat().Mzxid));
        }

        await writing;

        // Had a reply a zxid beyond its state, a later state would show a change at or before that zxid.
        for (var i = 1; i < seen.Count; i++)
        {
            Assert.True(seen[i].Reply >= seen[i].Mzxid);
            Assert.True(seen[i].Mzxid == seen[i - 1].Mzxid || seen[i].Mzxid > seen[i - 1].Reply);
        }
    }

    private static byte[] Reconfig() => new BodyWriter().Text(null).Text(null).Text("server.1=x").Long(-1).ToArray();
}
