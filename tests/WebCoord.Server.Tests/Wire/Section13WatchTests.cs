using WebCoord.Server.Tests.Pipeline;

namespace WebCoord.Server.Tests.Wire;

/// <summary>The points of section 13 about watches; the whole of their behaviour is in <see cref="Section07Tests"/>.
/// </summary>
public sealed class Section13WatchTests : IAsyncLifetime
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
    public async Task Section_13_04_Exists_watches_a_node_that_is_missing_and_no_other_read_does()
    {
        var other = await Wire.OpenAsync();
        Assert.Equal(-101, (await Client.ExistsAsync("/a", watch: true)).Error);
        Assert.Equal(-101, (await other.GetDataAsync("/a", watch: true)).Error);
        Assert.Equal(-101, (await other.GetChildrenAsync("/a", watch: true)).Error);
        await other.CreateAsync("/a").SucceedsAsync();
        Assert.Equal([new WireEvent(1, 3, "/a")], await Client.EventsAsync());
        Assert.Empty(await other.EventsAsync());
    }

    [Fact]
    public async Task Section_13_05_A_clients_own_event_comes_before_its_writes_reply()
    {
        foreach (var (type, body, events) in ((int, byte[], int)[])[
            (WireOp.Create, WireBody.Create("/a"), 1), (WireOp.SetData, WireBody.SetData("/a", []), 1),
            (WireOp.Multi, WireBody.Multi([(WireOp.SetData, WireBody.SetData("/a", []))]), 1),
            (WireOp.Create, WireBody.Create("/a/e", flags: 1), 0), (WireOp.CloseSession, [], 1)])
        {
            if (type == WireOp.CloseSession)
            {
                await Client.ExistsAsync("/a/e", watch: true);
            }
            else
            {
                await Client.ExistsAsync("/a", watch: true);
            }

            await Client.CallAsync(type, body).SucceedsAsync();
            Assert.Equal(events, Client.Events.Count);
            Client.Events.Clear();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Section_13_07_A_connection_with_data_and_child_watches_hears_of_a_deletion_once(bool isPersistent)
    {
        await Client.CreateAsync("/a").SucceedsAsync();
        if (isPersistent)
        {
            await Client.AddWatchAsync("/a", 0).SucceedsAsync();
        }
        else
        {
            await Client.GetDataAsync("/a", watch: true).SucceedsAsync();
            await Client.GetChildrenAsync("/a", watch: true).SucceedsAsync();
        }

        await Client.DeleteAsync("/a").SucceedsAsync();
        Assert.Equal([new WireEvent(2, 3, "/a")], await Client.EventsAsync());
    }

    [Fact]
    public async Task Section_13_08_A_watch_on_children_tells_that_the_node_itself_is_deleted()
    {
        await Client.CreateAsync("/a").SucceedsAsync();
        await Client.CallAsync(WireOp.GetChildren2, WireBody.Read("/a", watch: true)).SucceedsAsync();
        await Client.DeleteAsync("/a").SucceedsAsync();
        Assert.Equal([new WireEvent(2, 3, "/a")], await Client.EventsAsync());
    }

    [Fact]
    public async Task Section_13_13_A_recursive_watch_sees_nodes_and_never_lists_of_children()
    {
        await Client.CreateAsync("/a").SucceedsAsync();
        await Client.AddWatchAsync("/a", 1).SucceedsAsync();
        var root = await Wire.OpenAsync();
        await root.AddWatchAsync("/", 1).SucceedsAsync();

        await Client.CreateAsync("/a/b").SucceedsAsync();
        await Client.SetDataAsync("/a", []).SucceedsAsync();
        await Client.DeleteAsync("/a/b").SucceedsAsync();
        await Client.CreateAsync("/ab").SucceedsAsync();
        await Client.SetDataAsync("/", []).SucceedsAsync();
        WireEvent[] below = [new(1, 3, "/a/b"), new(3, 3, "/a"), new(2, 3, "/a/b")];
        Assert.Equal(below, await Client.EventsAsync());
        Assert.Equal([.. below, new(1, 3, "/ab"), new(3, 3, "/")], await root.EventsAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Section_13_14_Persistent_watches_outlive_the_node(int mode)
    {
        await Client.AddWatchAsync("/a", mode).SucceedsAsync();
        for (var i = 0; i < 2; i++)
        {
            await Client.CreateAsync("/a").SucceedsAsync();
            await Client.DeleteAsync("/a").SucceedsAsync();
        }

        Assert.Equal([1, 2, 1, 2], (await Client.EventsAsync()).Select(told => told.Type));
    }

    [Fact]
    public async Task Section_13_15_Watches_end_with_the_connection_and_not_with_the_session()
    {
        await Client.AddWatchAsync("/", 1).SucceedsAsync();
        await Client.ExistsAsync("/a", watch: true);
        Assert.NotEqual(0, Wire.Pipeline.Applier.WatchCount);

        var again = await Wire.OpenAsync(Client.Again());
        await again.CreateAsync("/a").SucceedsAsync();
        Assert.Empty(await again.EventsAsync());
        await RunningPipeline.UntilAsync(() => Wire.Pipeline.Applier.WatchCount == 0,
            "the watches of the old connection are gone");
    }

    [Fact]
    public async Task Section_13_43_SetWatches_compares_strictly_and_the_exist_list_looks_at_existence_alone()
    {
        var created = (await Client.CreateAsync("/a")).Zxid;
        var child = (await Client.CreateAsync("/a/b")).Zxid;
        Assert.Equal([], await MissedAsync(created, ["/a"], [], []));
        Assert.Equal([3], await MissedAsync(created - 1, ["/a"], [], []));
        Assert.Equal([1], await MissedAsync(child + 1_000, [], ["/a"], []));
        Assert.Equal([], await MissedAsync(0, [], ["/none"], []));
        Assert.Equal([], await MissedAsync(child, [], [], ["/a"]));
        Assert.Equal([4], await MissedAsync(child - 1, [], [], ["/a"]));
        Assert.Equal([2], await MissedAsync(child, ["/none"], [], []));
        Assert.Equal([2, 2], await MissedAsync(child, ["/none"], [], ["/none"]));
        Assert.Equal([], await MissedAsync(0, [], [], [], ["/a", "/none"], ["/a"]));

        async Task<List<int>> MissedAsync(long seen, params string[][] lists)
        {
            var client = await Wire.OpenAsync();
            await client.CallAsync(lists.Length == 3 ? WireOp.SetWatches : WireOp.SetWatches2,
                WireBody.SetWatches(seen, lists)).SucceedsAsync();
            return [.. client.Events.Select(told => told.Type)];
        }
    }

    [Fact]
    public async Task Section_13_44_Removing_watches_is_told_to_nobody_and_looks_at_the_exact_path()
    {
        await Client.AddWatchAsync("/a", 1).SucceedsAsync();
        var other = await Wire.OpenAsync();
        Assert.Equal(-121, (await other.CallAsync(WireOp.RemoveWatches, WireBody.PathAndKind("/a", 3))).Error);
        foreach (var path in (string[])["/a/b", "/", "/a/"])
        {
            Assert.Equal(-121, (await Client.CallAsync(WireOp.RemoveWatches, WireBody.PathAndKind(path, 3))).Error);
            Assert.Equal(-121, (await Client.CallAsync(WireOp.CheckWatches, WireBody.PathAndKind(path, 3))).Error);
        }

        Assert.Equal(0, (await Client.CallAsync(WireOp.RemoveWatches, WireBody.PathAndKind("/a", 5))).Error);
        Assert.Empty(await Client.EventsAsync());
    }

    [Fact]
    public async Task Section_13_48_An_event_that_may_not_be_read_is_not_sent_and_uses_the_watch_up()
    {
        var writer = await Wire.OpenAsync();
        await Client.ExistsAsync("/a", watch: true);
        await writer.CreateAsync("/a", acl: [new(30, "world", "anyone")]).SucceedsAsync();
        await writer.SetAclAsync("/a", WireAcl.Open).SucceedsAsync();
        await writer.SetDataAsync("/a", []).SucceedsAsync();
        Assert.Empty(await Client.EventsAsync());
    }

    [Fact]
    public async Task Section_13_51_Looking_for_a_watch_as_Java_does_when_it_removes_its_own_leaves_it_armed()
    {
        await Client.ExistsAsync("/a", watch: true);
        Assert.Equal(0, (await Client.CallAsync(WireOp.CheckWatches, WireBody.PathAndKind("/a", 2))).Error);
        await Client.CreateAsync("/a").SucceedsAsync();
        Assert.Single(await Client.EventsAsync());
    }

    [Fact]
    public async Task Section_13_56_A_notification_is_of_state_3_and_names_the_whole_path()
    {
        await Client.CreateAsync("/app").SucceedsAsync();
        await Client.CreateAsync("/app/a").SucceedsAsync();
        var writer = await Wire.OpenAsync();
        await Client.GetDataAsync("/app/a", watch: true).SucceedsAsync();
        var written = await writer.SetDataAsync("/app/a", []);
        Assert.Equal(new BodyWriter().Int(-1).Long(written.Zxid).Int(0).Int(3).Int(3).Text("/app/a").ToArray(),
            await Client.ReceiveFrameAsync());
    }
}
