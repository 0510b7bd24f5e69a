import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/** Which events each kind of watch sees, in which order, and how watches are removed. */
final class WatchChecks {
    static void addTo(Suite suite) {
        suite.add("watch: one that waits for a missing node", WatchChecks::missingNode);
        suite.add("watch: data and children of one node", WatchChecks::oneShots);
        suite.add("watch: persistent", WatchChecks::persistent);
        suite.add("watch: persistent recursive", WatchChecks::recursive);
        suite.add("watch: removed for one watcher", WatchChecks::removedForOneWatcher);
        suite.add("watch: all of a path removed", WatchChecks::removedForAll);
        suite.add("watch: the event comes before the answers that show the change", WatchChecks::order);
    }

    private static void missingNode(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var events = new EventLog();
        var path = stage.path("late");
        Expect.equal(null, client.exists(path, events));
        Expect.error(Code.NONODE, () -> client.getData(path, events, null));
        Expect.error(Code.NONODE, () -> client.getChildren(path, events));
        create(client, path);
        events.awaitEvents("NodeCreated " + path);
        client.setData(path, new byte[] {1}, -1);
        client.delete(path, -1);
        client.exists("/", false);
        Expect.equal(1, events.events().size());
    }

    private static void oneShots(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var path = create(client, stage.path("node"));
        var data = new EventLog();
        var children = new EventLog();
        client.getData(path, data, null);
        client.getChildren(path, children);
        create(client, path + "/child");
        children.awaitEvents("NodeChildrenChanged " + path);
        client.setData(path, null, -1);
        data.awaitEvents("NodeDataChanged " + path);

        // A change deeper down, or of a child's data, concerns neither.
        client.getData(path, data, null);
        client.getChildren(path, children);
        client.setData(path + "/child", new byte[] {1}, -1);
        create(client, path + "/child/grandchild");
        client.setACL(path, Ids.OPEN_ACL_UNSAFE, -1);
        client.delete(path + "/child/grandchild", -1);
        Expect.equal(1, data.events().size());
        client.delete(path + "/child", -1);
        client.getChildren(path, children);
        client.delete(path, -1);
        data.awaitEvents("NodeDataChanged " + path, "NodeDeleted " + path);
        children.awaitEvents(
            "NodeChildrenChanged " + path, "NodeChildrenChanged " + path, "NodeDeleted " + path);
    }

    private static void persistent(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var path = stage.path("node");
        var events = new EventLog();
        client.addWatch(path, events, AddWatchMode.PERSISTENT);
        for (var i = 0; i < 2; i++) {
            events.clear();
            create(client, path);
            create(client, path + "/child");
            create(client, path + "/child/grandchild");
            client.setData(path + "/child", new byte[] {1}, -1);
            client.setData(path, new byte[] {1}, -1);
            client.delete(path + "/child/grandchild", -1);
            client.delete(path + "/child", -1);
            client.delete(path, -1);
            client.exists("/", false);
            events.awaitEvents("NodeCreated " + path, "NodeChildrenChanged " + path, "NodeDataChanged " + path,
                "NodeChildrenChanged " + path, "NodeDeleted " + path);
        }
    }

    private static void recursive(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var path = stage.path("node");
        var events = new EventLog();
        client.addWatch(path, events, AddWatchMode.PERSISTENT_RECURSIVE);
        create(client, path);
        create(client, stage.path("node-beside"));
        create(client, path + "/child");
        create(client, path + "/child/grandchild");
        client.setData(path + "/child/grandchild", new byte[] {1}, -1);
        client.setData(path, new byte[] {1}, -1);
        client.delete(path + "/child/grandchild", -1);
        client.delete(path + "/child", -1);
        client.delete(path, -1);
        client.exists("/", false);
        events.awaitEvents("NodeCreated " + path, "NodeCreated " + path + "/child",
            "NodeCreated " + path + "/child/grandchild", "NodeDataChanged " + path + "/child/grandchild",
            "NodeDataChanged " + path, "NodeDeleted " + path + "/child/grandchild",
            "NodeDeleted " + path + "/child", "NodeDeleted " + path);
    }

    private static void removedForOneWatcher(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var path = create(client, stage.path("node"));
        var kept = new EventLog();
        var removed = new EventLog();
        client.getData(path, kept, null);
        client.getData(path, removed, null);
        Expect.error(Code.NOWATCHER, () -> {
            client.removeWatches(path, new EventLog(), WatcherType.Data, false);
            return null;
        });
        client.removeWatches(path, removed, WatcherType.Data, false);
        client.setData(path, new byte[] {1}, -1);
        kept.awaitEvents("NodeDataChanged " + path);
        removed.awaitEvents("DataWatchRemoved " + path);
    }

    private static void removedForAll(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var path = create(client, stage.path("node"));
        var data = new EventLog();
        var children = new EventLog();
        var persistent = new EventLog();
        client.getData(path, data, null);
        client.getChildren(path, children);
        client.removeAllWatches(path, WatcherType.Children, false);
        children.awaitEvents("ChildWatchRemoved " + path);
        create(client, path + "/child");
        client.setData(path, new byte[] {1}, -1);
        data.awaitEvents("NodeDataChanged " + path);

        client.addWatch(path, persistent, AddWatchMode.PERSISTENT_RECURSIVE);
        client.removeAllWatches(path, WatcherType.Any, false);
        persistent.awaitEvents("PersistentWatchRemoved " + path);
        client.setData(path, new byte[] {2}, -1);
        client.delete(path + "/child", -1);
        client.exists("/", false);
        Expect.equal(List.of(1, 1, 1),
            List.of(data.events().size(), children.events().size(), persistent.events().size()));
        Expect.error(Code.NOWATCHER, () -> {
            client.removeAllWatches(path, WatcherType.Any, false);
            return null;
        });
    }

    /** The client hands events and answers over in the order in which they came from the server. */
    private static void order(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var other = stage.zooKeeper();
        var path = create(client, stage.path("node"));
        for (var round = 0; round < 30; round++) {
            var came = Collections.synchronizedList(new ArrayList<String>());
            var version = round;
            client.getData(path, event -> came.add("event"),
                (code, where, context, data, stat) -> came.add("armed at " + stat.getVersion()), null);
            if (round % 2 == 0) {
                client.setData(path, new byte[] {1}, -1, (code, where, context, stat) -> came.add("answer"), null);
            } else {
                Expect.eventually("the watch to be armed", () -> came.size() == 1);
                other.setData(path, new byte[] {1}, -1);
                client.exists(path, false, (code, where, context, stat) ->
                    came.add(stat.getVersion() > version ? "answer" : "an old answer"), null);
            }

            Expect.soon(() -> came.size() >= 3);
            came.removeIf("an old answer"::equals);
            Expect.isTrue("the event before the answer, got " + came,
                came.equals(List.of("armed at " + version, "event", "answer"))
                    || came.equals(List.of("armed at " + version, "event")));
        }
    }

    private static String create(ZooKeeper client, String path) throws Exception {
        return client.create(path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    private WatchChecks() {
    }
}
