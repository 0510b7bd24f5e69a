using WebCoord.Core.Tree;
using WebCoord.Core.Watches;

namespace WebCoord.Core.Tests.Watches;

public sealed class WatchManagerTests
{
    private static readonly Acl NodeAcl = new([new AclEntry(Permissions.Read, "digest", "n:x")]);
    private static readonly Acl ParentAcl = new([new AclEntry(Permissions.Read, "digest", "p:x")]);

    private readonly WatchManager<string> _watches = new();

    [Theory]
    [InlineData(ChangeType.Created, "Created /p/n")]
    [InlineData(ChangeType.DataChanged, "DataChanged /p/n")]
    [InlineData(ChangeType.Deleted, "Deleted /p/n")]
    public void A_data_watch_hears_of_its_node_once(ChangeType type, string expected)
    {
        _watches.Add("/p/n", WatchKind.Data, WatchMode.OneShot, "w");
        Assert.Equal([$"w {expected}"], Fire(type, "/p/n"));
        Assert.Empty(Fire(type, "/p/n"));
        Assert.Equal(0, _watches.Count);
    }

    [Fact]
    public void A_watcher_can_be_asked_for_its_paths_by_kind()
    {
        _watches.Add("/a", WatchKind.Data, WatchMode.OneShot, "w");
        _watches.Add("/a", WatchKind.Children, WatchMode.OneShot, "w");
        _watches.Add("/b", WatchKind.Children, WatchMode.Persistent, "w");
        _watches.Add("/c", WatchKind.Data, WatchMode.Recursive, "w");
        _watches.Add("/d", WatchKind.Data, WatchMode.OneShot, "other");

        Assert.Equal(["/a", "/c"], _watches.PathsOf("w", WatchKind.Data).Order());
        Assert.Equal(["/a", "/b"], _watches.PathsOf("w", WatchKind.Children).Order());
        Fire(ChangeType.DataChanged, "/a");
        Assert.Equal(["/c"], _watches.PathsOf("w", WatchKind.Data));
        Assert.Empty(_watches.PathsOf("nobody", WatchKind.Data));
    }

    [Fact]
    public void A_data_watch_hears_nothing_of_children()
    {
        _watches.Add("/p", WatchKind.Data, WatchMode.OneShot, "w");
        Assert.Empty(Fire(ChangeType.Created, "/p/n"));
        Assert.Empty(Fire(ChangeType.DataChanged, "/p/n"));
        Assert.Empty(Fire(ChangeType.Deleted, "/p/n"));
        Assert.Equal(1, _watches.Count);
    }

    [Theory]
    [InlineData(ChangeType.Created)]
    [InlineData(ChangeType.Deleted)]
    public void A_child_watch_hears_once_that_children_came_or_went(ChangeType type)
    {
        _watches.Add("/p", WatchKind.Children, WatchMode.OneShot, "w");
        Assert.Equal(["w ChildrenChanged /p"], Fire(type, "/p/n"));
        Assert.Empty(Fire(type, "/p/n"));
    }

    [Fact]
    public void A_child_watch_hears_of_the_deletion_of_its_own_node_but_not_of_its_data()
    {
        _watches.Add("/p/n", WatchKind.Children, WatchMode.OneShot, "w");
        Assert.Empty(Fire(ChangeType.Created, "/p/n"));
        Assert.Empty(Fire(ChangeType.DataChanged, "/p/n"));
        Assert.Empty(Fire(ChangeType.DataChanged, "/p/n/child"));
        Assert.Equal(["w Deleted /p/n"], Fire(ChangeType.Deleted, "/p/n"));
        Assert.Equal(0, _watches.Count);
    }

    [Fact]
    public void A_watcher_of_data_and_children_hears_one_deletion_and_both_watches_are_gone()
    {
        _watches.Add("/p/n", WatchKind.Data, WatchMode.OneShot, "w");
        _watches.Add("/p/n", WatchKind.Children, WatchMode.OneShot, "w");
        Assert.Equal(2, _watches.Count);
        Assert.Equal(["w Deleted /p/n"], Fire(ChangeType.Deleted, "/p/n"));
        Assert.Equal(0, _watches.Count);
    }

    [Fact]
    public void Two_watchers_of_data_and_children_hear_a_deletion_each()
    {
        _watches.Add("/p/n", WatchKind.Data, WatchMode.OneShot, "a");
        _watches.Add("/p/n", WatchKind.Children, WatchMode.OneShot, "b");
        Assert.Equal(["a Deleted /p/n", "b Deleted /p/n"], Fire(ChangeType.Deleted, "/p/n"));
    }

    [Fact]
    public void A_persistent_watch_hears_everything_of_its_node_and_stays()
    {
        _watches.Add("/p/n", WatchKind.Data, WatchMode.Persistent, "w");
        _watches.Add("/p/n", WatchKind.Children, WatchMode.Persistent, "w");
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(["w Created /p/n"], Fire(ChangeType.Created, "/p/n"));
            Assert.Equal(["w DataChanged /p/n"], Fire(ChangeType.DataChanged, "/p/n"));
            Assert.Equal(["w ChildrenChanged /p/n"], Fire(ChangeType.Created, "/p/n/child"));
            Assert.Empty(Fire(ChangeType.DataChanged, "/p/n/child"));
            Assert.Empty(Fire(ChangeType.Created, "/p/n/child/deeper"));
            Assert.Equal(["w ChildrenChanged /p/n"], Fire(ChangeType.Deleted, "/p/n/child"));
            Assert.Equal(["w Deleted /p/n"], Fire(ChangeType.Deleted, "/p/n"));
        }

        Assert.Equal(2, _watches.Count);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/p")]
    [InlineData("/p/n")]
    public void A_recursive_watch_hears_of_every_node_in_its_subtree_but_never_of_child_lists(string watched)
    {
        _watches.Add(watched, WatchKind.Data, WatchMode.Recursive, "w");
        foreach (var path in new[] { "/p/n", "/p/n/child", "/p/n/child/deeper" })
        {
            Assert.Equal([$"w Created {path}"], Fire(ChangeType.Created, path));
            Assert.Equal([$"w DataChanged {path}"], Fire(ChangeType.DataChanged, path));
            Assert.Equal([$"w Deleted {path}"], Fire(ChangeType.Deleted, path));
        }
    }

    [Fact]
    public void A_recursive_watch_hears_nothing_of_nodes_beside_it_nor_of_ACLs()
    {
        _watches.Add("/p/n", WatchKind.Data, WatchMode.Recursive, "w");
        Assert.Empty(Fire(ChangeType.Created, "/p/nn"));
        Assert.Empty(Fire(ChangeType.Created, "/p"));
        Assert.Empty(Fire(ChangeType.AclChanged, "/p/n"));
    }

    [Fact]
    public void One_change_tells_a_watcher_once_however_many_of_its_watches_it_meets()
    {
        _watches.Add("/", WatchKind.Data, WatchMode.Recursive, "w");
        _watches.Add("/p", WatchKind.Data, WatchMode.Recursive, "w");
        _watches.Add("/p/n", WatchKind.Data, WatchMode.Recursive, "w");
        _watches.Add("/p/n", WatchKind.Data, WatchMode.Persistent, "w");
        _watches.Add("/p/n", WatchKind.Data, WatchMode.OneShot, "w");
        _watches.Add("/p/n", WatchKind.Children, WatchMode.OneShot, "w");
        Assert.Equal(["w Deleted /p/n"], Fire(ChangeType.Deleted, "/p/n"));
        Assert.False(_watches.Contains("/p/n", WatchKind.Data, WatchMode.OneShot, "w"));
        Assert.False(_watches.Contains("/p/n", WatchKind.Children, WatchMode.OneShot, "w"));
        Assert.True(_watches.Contains("/p/n", WatchKind.Data, WatchMode.Persistent, "w"));
        Assert.True(_watches.Contains("/p/n", WatchKind.Data, WatchMode.Recursive, "w"));
    }

    [Fact]
    public void The_child_table_skips_who_heard_of_the_deletion_through_a_recursive_watch()
    {
        _watches.Add("/", WatchKind.Data, WatchMode.Recursive, "w");
        _watches.Add("/p/n", WatchKind.Children, WatchMode.OneShot, "w");
        Assert.Equal(["w Deleted /p/n"], Fire(ChangeType.Deleted, "/p/n"));
        Assert.False(_watches.Contains("/p/n", WatchKind.Children, WatchMode.OneShot, "w"));
    }

    [Fact]
    public void The_child_and_its_parent_are_two_lookups_so_a_watcher_of_both_hears_both()
    {
        _watches.Add("/p/n", WatchKind.Data, WatchMode.OneShot, "w");
        _watches.Add("/p", WatchKind.Children, WatchMode.OneShot, "w");
        Assert.Equal(["w Created /p/n", "w ChildrenChanged /p"], Fire(ChangeType.Created, "/p/n"));
    }

    [Fact]
    public void A_child_of_the_root_changes_the_children_of_the_root()
    {
        _watches.Add("/", WatchKind.Children, WatchMode.OneShot, "w");
        Assert.Equal(["w ChildrenChanged /"], Fire(ChangeType.Created, "/n"));
    }

    [Theory]
    [InlineData(ChangeType.AclChanged, true)]
    [InlineData(ChangeType.Created, true)]
    [InlineData(ChangeType.Deleted, true)]
    [InlineData(ChangeType.DataChanged, false)]
    public void An_ACL_watch_hears_of_the_ACL_and_of_the_node_coming_and_going(ChangeType type, bool fires)
    {
        _watches.Add("/p/n", WatchKind.Acl, WatchMode.OneShot, "w");
        Assert.Empty(Fire(ChangeType.Created, "/p/n/child"));
        Assert.Equal(fires ? [$"w {type} /p/n"] : [], Fire(type, "/p/n"));
    }

    [Fact]
    public void Setting_an_ACL_tells_no_watch_of_ZooKeeper()
    {
        _watches.Add("/p/n", WatchKind.Data, WatchMode.Persistent, "w");
        _watches.Add("/p/n", WatchKind.Children, WatchMode.Persistent, "w");
        _watches.Add("/", WatchKind.Data, WatchMode.Recursive, "w");
        Assert.Empty(Fire(ChangeType.AclChanged, "/p/n"));
    }

    [Fact]
    public void Arming_again_changes_nothing_and_modes_lie_beside_each_other()
    {
        _watches.Add("/a", WatchKind.Data, WatchMode.OneShot, "w");
        _watches.Add("/a", WatchKind.Data, WatchMode.OneShot, "w");
        _watches.Add("/a", WatchKind.Data, WatchMode.Persistent, "w");
        Assert.Equal(1, _watches.Count);
        Assert.Equal(["w DataChanged /a"], Fire(ChangeType.DataChanged, "/a"));
        Assert.Equal(["w DataChanged /a"], Fire(ChangeType.DataChanged, "/a"));
        Assert.Equal(1, _watches.Count);
    }

    [Fact]
    public void Removal_is_of_the_exact_path_kind_mode_and_watcher()
    {
        _watches.Add("/a", WatchKind.Data, WatchMode.OneShot, "w");
        Assert.False(_watches.Remove("/a/b", WatchKind.Data, WatchMode.OneShot, "w"));
        Assert.False(_watches.Remove("/a", WatchKind.Children, WatchMode.OneShot, "w"));
        Assert.False(_watches.Remove("/a", WatchKind.Data, WatchMode.Persistent, "w"));
        Assert.False(_watches.Remove("/a", WatchKind.Data, WatchMode.OneShot, "v"));
        Assert.True(_watches.Remove("/a", WatchKind.Data, WatchMode.OneShot, "w"));
        Assert.False(_watches.Remove("/a", WatchKind.Data, WatchMode.OneShot, "w"));
        Assert.Equal(0, _watches.Count);
    }

    [Fact]
    public void A_watcher_that_leaves_takes_all_its_watches_and_no_other()
    {
        foreach (var watcher in new[] { "a", "b", "c" })
        {
            _watches.Add("/x", WatchKind.Data, WatchMode.OneShot, watcher);
            _watches.Add("/x", WatchKind.Children, WatchMode.Persistent, watcher);
            _watches.Add("/" + watcher, WatchKind.Data, WatchMode.Recursive, watcher);
        }

        _watches.RemoveAll("b");
        _watches.RemoveAll("b");
        _watches.RemoveAll("nobody");
        Assert.Equal(6, _watches.Count);
        Assert.Equal(["a Deleted /x", "c Deleted /x"], Fire(ChangeType.Deleted, "/x"));
        Assert.Empty(Fire(ChangeType.Created, "/b/n"));
        Assert.Equal(["c Created /c/n"], Fire(ChangeType.Created, "/c/n"));
    }

    [Fact]
    public void A_recursive_watch_of_another_kind_than_data_is_refused() =>
        Assert.Throws<ArgumentException>(() => _watches.Add("/", WatchKind.Children, WatchMode.Recursive, "w"));

    [Theory]
    [InlineData(WatchMode.OneShot)]
    [InlineData(WatchMode.Persistent)]
    [InlineData(WatchMode.Recursive)]
    public void A_delivery_names_the_mode_and_one_shot_beats_the_others(WatchMode mode)
    {
        for (var armed = WatchMode.Recursive; armed >= mode; armed--)
        {
            _watches.Add("/a", WatchKind.Data, armed, "w");
        }

        Assert.Equal(mode, Assert.Single(Deliveries(Change(ChangeType.DataChanged, "/a"))).Mode);
    }

    [Theory]
    [InlineData(ChangeType.Created)]
    [InlineData(ChangeType.Deleted)]
    public void The_node_s_ACL_guards_its_own_event_and_the_parent_s_the_change_of_its_children(ChangeType type)
    {
        _watches.Add("/p/n", WatchKind.Data, WatchMode.OneShot, "n");
        _watches.Add("/p", WatchKind.Children, WatchMode.OneShot, "p");
        _watches.Add("/p", WatchKind.Data, WatchMode.Recursive, "r");
        var deliveries = Deliveries(Change(type, "/p/n"));
        Assert.Equal([("n", NodeAcl), ("r", NodeAcl), ("p", ParentAcl)], deliveries.Select(d => (d.Watcher, d.Acl)));
    }

    [Fact]
    public void Index_and_version_name_the_event_and_grow_in_the_order_of_delivery()
    {
        _watches.Add("/p/n", WatchKind.Data, WatchMode.OneShot, "n");
        _watches.Add("/p", WatchKind.Children, WatchMode.OneShot, "p");
        var change = Change(ChangeType.Created, "/p/n") with { Index = 3, Version = 7, Cause = ChangeCause.Ttl };
        var events = Deliveries(change).Select(delivery => delivery.Event);
        WatchEvent[] expected =
        [
            new(WatchEventType.Created, "/p/n", new Zxid(9), 6, 7, ChangeCause.Ttl),
            new(WatchEventType.ChildrenChanged, "/p", new Zxid(9), 7, null, ChangeCause.Ttl),
        ];
        Assert.Equal(expected, events);
    }

    [Fact]
    public void All_who_hear_of_one_change_share_one_event()
    {
        _watches.Add("/a", WatchKind.Data, WatchMode.OneShot, "x");
        _watches.Add("/a", WatchKind.Data, WatchMode.OneShot, "y");
        _watches.Add("/", WatchKind.Data, WatchMode.Recursive, "z");
        var deliveries = Deliveries(Change(ChangeType.DataChanged, "/a"));
        Assert.Equal(3, deliveries.Count);
        Assert.All(deliveries, delivery => Assert.Same(deliveries[0].Event, delivery.Event));
    }

    private static Change Change(ChangeType type, string path) => new(new Zxid(9), 0, type, path, 0, ChangeCause.Write,
        NodeAcl, type is ChangeType.Created or ChangeType.Deleted ? ParentAcl : null);

    private List<Delivery<string>> Deliveries(Change change)
    {
        var deliveries = new List<Delivery<string>>();
        _watches.Fire(change, deliveries);
        return deliveries;
    }

    private string[] Fire(ChangeType type, string path) =>
        [.. Deliveries(Change(type, path)).Select(d => $"{d.Watcher} {d.Event.Type} {d.Event.Path}")];
}
