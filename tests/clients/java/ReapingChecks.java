import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.data.Stat;

/** Containers go with their last child, TTL nodes when nobody has written to them for long enough. */
final class ReapingChecks {
    private static final long LONGEST_TTL_MS = 0xFF_FFFF_FFFFL;

    static void addTo(Suite suite) {
        suite.add("reaping: a container goes after its last child", ReapingChecks::container);
        suite.add("reaping: a TTL node goes when its time is up", ReapingChecks::ttl);
        suite.add("reaping: a TTL node stays while it has a child or time left", ReapingChecks::ttlStays);
    }

    private static void container(Stage stage) throws Exception {
        var events = new EventLog();
        var client = stage.zooKeeper(events);
        var stat = new Stat();
        var used = client.create(stage.path("used"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER, stat);
        Expect.equal(0L, stat.getEphemeralOwner());
        var unused = client.create(stage.path("unused"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
        var child = client.create(used + "/child", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        client.exists(used, true);
        client.delete(child, -1);
        events.awaitEvents("NodeDeleted " + used);
        Expect.error(Code.NONODE, () ->
            client.create(used + "/child", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        Expect.isTrue("a container that never had a child to stay", client.exists(unused, false) != null);
    }

    private static void ttl(Stage stage) throws Exception {
        var events = new EventLog();
        var client = stage.zooKeeper(events);
        var stat = new Stat();
        var single = client.create(
            stage.path("t"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, stat, 300);
        Expect.equal(0L, stat.getEphemeralOwner());
        var numbered = client.create(
            stage.path("t-"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL_WITH_TTL, null, 300);
        Expect.equal(stage.path("t-0000000001"), numbered);
        client.exists(single, true);
        client.exists(numbered, true);
        events.awaitEventsInAnyOrder("NodeDeleted " + single, "NodeDeleted " + numbered);
    }

    private static void ttlStays(Stage stage) throws Exception {
        var events = new EventLog();
        var client = stage.zooKeeper(events);
        var mode = CreateMode.PERSISTENT_WITH_TTL;
        var parent = client.create(stage.path("parent"), null, Ids.OPEN_ACL_UNSAFE, mode, null, 300);
        client.create(parent + "/child", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        var lasting = client.create(stage.path("lasting"), null, Ids.OPEN_ACL_UNSAFE, mode, null, LONGEST_TTL_MS);
        var witness = client.create(stage.path("witness"), null, Ids.OPEN_ACL_UNSAFE, mode, null, 300);
        client.exists(witness, true);
        events.awaitEvents("NodeDeleted " + witness);
        Expect.isTrue("a TTL node with a child to stay", client.exists(parent, false) != null);
        Expect.isTrue("a TTL node with time left to stay", client.exists(lasting, false) != null);
        client.exists(parent, true);
        client.delete(parent + "/child", -1);
        Expect.eventually("the end of the childless one", () -> client.exists(parent, false) == null);
    }

    private ReapingChecks() {
    }
}
