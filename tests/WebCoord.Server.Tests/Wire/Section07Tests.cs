using System.Globalization;

namespace WebCoord.Server.Tests.Wire;

/// <summary>Section 7: what watches tell whom. The order of delivery is in <see cref="OrderTests"/>.</summary>
public sealed class Section07Tests : IAsyncLifetime
{
    private const int Created = 1;
    private const int Deleted = 2;
    private const int DataChanged = 3;
    private const int ChildrenChanged = 4;

    private MemoryWire Wire { get; set; } = null!;

    private WireClient Watcher { get; set; } = null!;

    private WireClient Writer { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Wire = await MemoryWire.StartAsync();
        Watcher = await Wire.OpenAsync();
        Writer = await Wire.OpenAsync();
    }

    public async Task DisposeAsync() => await Wire.DisposeAsync();

    /// <summary>The table of section 7.2: what one connection observes by the kind of its watch on /n. An event is a
    /// type and the path after /n; the steps are create, set, create child, delete child, deeper changes, delete.
    /// </summary>
    [Theory]
    [InlineData("exists", "1|3|||||2")]
    [InlineData("getData", "-|3|||||2")]
    [InlineData("getChildren", "-||4|4|||2")]
    [InlineData("getData getChildren", "-|3|4|4|||2")]
    [InlineData("persistent", "1|3|4|4|4|4|2")]
    [InlineData("recursive", "1|3|1/c|2/c|1/c 1/c/d|3/c/d 2/c/d 2/c|2")]
    [InlineData("persistent recursive exists", "1|3|4 1/c|2/c 4|4 1/c 1/c/d|3/c/d 2/c/d 2/c 4|2")]
    public async Task Section_7_2_Each_kind_of_watch_observes_what_it_should(string kinds, string expected)
    {
        Func<Task>[] steps =
        [
            () => Writer.CreateAsync("/n"), () => Writer.SetDataAsync("/n", []), () => Writer.CreateAsync("/n/c"),
            () => Writer.DeleteAsync("/n/c"),
            async () =>
            {
                await Writer.CreateAsync("/n/c");
                await Writer.CreateAsync("/n/c/d");
            },
            async () =>
            {
                await Writer.SetDataAsync("/n/c/d", []);
                await Writer.DeleteAsync("/n/c/d");
                await Writer.DeleteAsync("/n/c");
            },
            () => Writer.DeleteAsync("/n"),
        ];

        var columns = expected.Split('|');
        for (var i = 0; i < steps.Length; i++)
        {
            if (columns[i] == "-")
            {
                await steps[i]();
                continue;
            }

            // The steps with several changes show what is seen without arming anew.
            if (i is not (4 or 5) || kinds.Contains("ersi", StringComparison.Ordinal))
            {
                await WatchAsync(kinds);
            }

            await steps[i]();
            var wanted = columns[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var seen = (await Watcher.EventsAsync()).Select(Text);
            Assert.Equal(wanted.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        }

        static string Text(WireEvent told) => told.Type.ToString(CultureInfo.InvariantCulture) + told.Path![2..];
    }

    [Fact]
    public async Task Section_7_1_Only_exists_watches_what_is_not_there_and_a_failed_read_nothing()
    {
        Assert.Equal(-101, (await Watcher.GetDataAsync("/a", watch: true)).Error);
        Assert.Equal(-101, (await Watcher.GetChildrenAsync("/a", watch: true)).Error);
        await Writer.CreateAsync("/a").SucceedsAsync();
        await Writer.CreateAsync("/a/b").SucceedsAsync();
        Assert.Empty(await Watcher.EventsAsync());

        Assert.Equal(-101, (await Watcher.ExistsAsync("/a/c", watch: true)).Error);
        await Writer.CreateAsync("/a/c").SucceedsAsync();
        Assert.Equal([new WireEvent(Created, 3, "/a/c")], await Watcher.EventsAsync());
    }

    [Fact]
    public async Task Section_7_1_AddWatch_needs_neither_node_nor_permission_and_answers_with_a_zero()
    {
        var reply = await Watcher.AddWatchAsync("/closed", 0);
        Assert.Equal((0, 4, 0), (reply.Error, reply.Body.Length, reply.Reader().Int()));
        await Writer.CreateAsync("/hidden", acl: [new(31, "digest", "nobody:hash")]).SucceedsAsync();
        Assert.Equal(0, (await Watcher.AddWatchAsync("/hidden", 1)).Error);
        foreach (var mode in (int[])[-1, 2])
        {
            Assert.Equal(-5, (await Watcher.AddWatchAsync("/a", mode)).Error);
        }
    }

    [Fact]
    public async Task Section_7_1_Arming_again_changes_nothing()
    {
        await Writer.CreateAsync("/a").SucceedsAsync();
        for (var i = 0; i < 3; i++)
        {
            await Watcher.GetDataAsync("/a", watch: true).SucceedsAsync();
            await Watcher.ExistsAsync("/a", watch: true).SucceedsAsync();
        }

        await Writer.SetDataAsync("/a", []).SucceedsAsync();
        await Writer.SetDataAsync("/a", []).SucceedsAsync();
        Assert.Equal([new WireEvent(DataChanged, 3, "/a")], await Watcher.EventsAsync());
    }

    [Fact]
    public async Task Section_7_2_What_changes_nothing_that_is_watched_tells_nothing()
    {
        await Writer.CreateAsync("/a").SucceedsAsync();
        await Watcher.AddWatchAsync("/a", 0).SucceedsAsync();
        await Watcher.AddWatchAsync("/", 1).SucceedsAsync();

        await Writer.SetAclAsync("/a", WireAcl.Open).SucceedsAsync();
        await Writer.MultiAsync((WireOp.Check, WireBody.PathAndVersion("/a"))).SucceedsAsync();
        await Writer.CallAsync(WireOp.Sync, WireBody.Path("/a")).SucceedsAsync();
        Assert.Equal(-103, (await Writer.SetDataAsync("/a", [], 9)).Error);
        Assert.Equal(-110, (await Writer.CreateAsync("/a")).Error);
        await Writer.MultiAsync((WireOp.SetData, WireBody.SetData("/a", [])),
            (WireOp.Delete, WireBody.PathAndVersion("/none")));
        Assert.Empty(await Watcher.EventsAsync());
    }

    [Fact]
    public async Task Section_7_2_Each_operation_of_a_multi_tells_in_its_order_and_one_shot_watches_once()
    {
        await Watcher.AddWatchAsync("/", 1).SucceedsAsync();
        var once = await Wire.OpenAsync();
        await once.ExistsAsync("/a", watch: true);
        await once.GetChildrenAsync("/", watch: true);

        await Writer.MultiAsync((WireOp.Create, WireBody.Create("/a")), (WireOp.SetData, WireBody.SetData("/a", [])),
            (WireOp.Create2, WireBody.Create("/a/b")), (WireOp.Delete, WireBody.PathAndVersion("/a/b")),
            (WireOp.Delete, WireBody.PathAndVersion("/a"))).SucceedsAsync();
        Assert.Equal([(Created, "/a"), (DataChanged, "/a"), (Created, "/a/b"), (Deleted, "/a/b"), (Deleted, "/a")],
            (await Watcher.EventsAsync()).Select(told => (told.Type, told.Path!)));
        Assert.Equal([(Created, "/a"), (ChildrenChanged, "/")],
            (await once.EventsAsync()).Select(told => (told.Type, told.Path!)));
    }

    [Fact]
    public async Task Section_7_3_Events_are_kept_from_who_may_not_read_and_consume_the_watch()
    {
        WireAcl[] hidden = [new(31, "digest", "nobody:hash")];
        await Watcher.ExistsAsync("/hidden", watch: true);
        await Writer.CreateAsync("/hidden", acl: hidden).SucceedsAsync();
        Assert.Empty(await Watcher.EventsAsync());
        Assert.Equal(-121, (await Watcher.CallAsync(WireOp.CheckWatches, WireBody.PathAndKind("/hidden", 3))).Error);

        await Writer.CreateAsync("/open").SucceedsAsync();
        await Watcher.GetDataAsync("/open", watch: true).SucceedsAsync();
        await Watcher.GetChildrenAsync("/open", watch: true).SucceedsAsync();
        await Watcher.AddWatchAsync("/open", 1).SucceedsAsync();
        await Writer.SetAclAsync("/open", [new(30, "world", "anyone"), .. hidden]).SucceedsAsync();
        await Writer.SetDataAsync("/open", []).SucceedsAsync();
        await Writer.CreateAsync("/open/child", acl: hidden).SucceedsAsync();
        await Writer.DeleteAsync("/open/child").SucceedsAsync();
        await Writer.DeleteAsync("/open").SucceedsAsync();
        Assert.Empty(await Watcher.EventsAsync());

        // The one-shot watches are gone, the persistent one is not.
        Assert.False(await HasAsync("/open", 1));
        Assert.False(await HasAsync("/open", 2));
        await Writer.CreateAsync("/open").SucceedsAsync();
        Assert.Equal([new WireEvent(Created, 3, "/open")], await Watcher.EventsAsync());
    }

    [Fact]
    public async Task Section_7_3_Credentials_shown_after_arming_count_when_the_event_fires()
    {
        await Writer.AuthAsync("digest", "user:pass").SucceedsAsync();
        await Watcher.ExistsAsync("/mine", watch: true);
        await Watcher.AuthAsync("digest", "user:pass").SucceedsAsync();
        await Writer.CreateAsync("/mine", acl: [new(31, "auth", null)]).SucceedsAsync();
        Assert.Equal([new WireEvent(Created, 3, "/mine")], await Watcher.EventsAsync());
    }

    [Fact]
    public async Task Section_7_6_SetWatches_tells_what_was_missed_and_arms_the_rest()
    {
        await Writer.CreateAsync("/same").SucceedsAsync();
        await Writer.CreateAsync("/changed").SucceedsAsync();
        await Writer.CreateAsync("/parent").SucceedsAsync();
        var seen = (await Writer.CreateAsync("/last")).Zxid;
        await Writer.SetDataAsync("/changed", []).SucceedsAsync();
        await Writer.CreateAsync("/parent/child").SucceedsAsync();

        await Watcher.SendAsync(WireClient.Request(-8, WireOp.SetWatches2, WireBody.SetWatches(seen,
            ["/same", "/changed", "/gone"], ["/same", "/gone"], ["/parent", "/last", "/gone"], ["/changed"],
            ["/parent"])));
        List<(int, string?)> told = [];
        var reply = await Watcher.ReceiveAsync();
        for (; reply!.IsNotification; reply = await Watcher.ReceiveAsync())
        {
            Assert.Equal((-1L, 3), (reply.Zxid, reply.Event.State));
            told.Add((reply.Event.Type, reply.Event.Path));
        }

        Assert.Equal((-8, 0, 0), (reply.Xid, reply.Error, reply.Body.Length));
        Assert.Equal([(DataChanged, "/changed"), (Deleted, "/gone"), (Created, "/same"), (ChildrenChanged, "/parent"),
            (Deleted, "/gone")], told);

        // What was told is not armed again; what was not told is.
        foreach (var (path, type, isArmed) in ((string, int, bool)[])[
            ("/changed", 2, false), ("/parent", 1, false), ("/gone", 1, false), ("/last", 5, false), ("/same", 2, true),
            ("/gone", 2, true), ("/last", 1, true), ("/changed", 4, true), ("/parent", 5, true)])
        {
            Assert.Equal((path, isArmed), (path, await HasAsync(path, type)));
        }
    }

    /// <summary>The types of section 7.7 against all that one connection may have armed on a path.</summary>
    [Theory]
    [InlineData("getChildren", 1)]
    [InlineData("getData", 2)]
    [InlineData("persistent", 4)]
    [InlineData("recursive", 5)]
    public async Task Section_7_7_Watches_are_checked_and_removed_by_kind_on_this_connection(string kind, int type)
    {
        await Writer.CreateAsync("/n").SucceedsAsync();
        var other = await Wire.OpenAsync();
        await other.AddWatchAsync("/n", 1).SucceedsAsync();
        await WatchAsync(kind);
        foreach (var wanted in (int[])[1, 2, 3, 4, 5])
        {
            Assert.Equal(wanted == type || wanted == 3, await HasAsync("/n", wanted));
        }

        Assert.Equal(-121, (await RemoveAsync("/n", type == 1 ? 2 : 1)).Error);
        Assert.Equal(-121, (await RemoveAsync("/n/x", type)).Error);
        var removed = await RemoveAsync("/n", type);
        Assert.Equal((0, 0), (removed.Error, removed.Body.Length));
        Assert.Equal(-121, (await RemoveAsync("/n", 3)).Error);
        await Writer.SetDataAsync("/n", []).SucceedsAsync();
        await Writer.CreateAsync("/n/x").SucceedsAsync();
        Assert.Empty(await Watcher.EventsAsync());
        Assert.Equal(2, (await other.EventsAsync()).Count);
    }

    [Fact]
    public async Task Section_7_7_Any_removes_all_kinds_and_there_are_no_other_types()
    {
        await Writer.CreateAsync("/n").SucceedsAsync();
        await WatchAsync("getData getChildren persistent recursive");
        Assert.Equal(0, (await RemoveAsync("/n", 3)).Error);
        foreach (var type in (int[])[1, 2, 3, 4, 5])
        {
            Assert.False(await HasAsync("/n", type));
        }

        foreach (var type in (int[])[0, 6, -1])
        {
            Assert.Equal(-5, (await RemoveAsync("/n", type)).Error);
        }
    }

    private async Task WatchAsync(string kinds)
    {
        foreach (var kind in kinds.Split(' '))
        {
            await (kind switch
            {
                "exists" => Watcher.ExistsAsync("/n", watch: true),
                "getData" => Watcher.GetDataAsync("/n", watch: true),
                "getChildren" => Watcher.GetChildrenAsync("/n", watch: true),
                "persistent" => Watcher.AddWatchAsync("/n", 0),
                _ => Watcher.AddWatchAsync("/n", 1),
            });
        }
    }

    private async Task<bool> HasAsync(string path, int type) =>
        (await Watcher.CallAsync(WireOp.CheckWatches, WireBody.PathAndKind(path, type))).Error == 0;

    private Task<WireMessage> RemoveAsync(string path, int type) =>
        Watcher.CallAsync(WireOp.RemoveWatches, WireBody.PathAndKind(path, type));
}
