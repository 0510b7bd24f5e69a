import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/** Watches are set again after a lost connection, and what happened meanwhile is caught up on. */
final class ReconnectChecks {
    static void addTo(Suite suite) {
        suite.add("reconnect: one-shot watches are armed again", ReconnectChecks::armedAgain);
        suite.add("reconnect: one-shot watches catch up", ReconnectChecks::catchUp);
        suite.add("reconnect: persistent watches go on", ReconnectChecks::persistent);
        suite.add("reconnect: many watches come in several packets", ReconnectChecks::many);
        suite.add("reconnect: a watch on what was made again still fires", ReconnectChecks::madeAgain);
    }

    private static void armedAgain(Stage stage) throws Exception {
        var away = new Away(stage);
        var data = away.create("data");
        var parent = away.create("parent");
        var missing = stage.path("missing");
        away.client.getData(data, true, null);
        away.client.getChildren(parent, true);
        away.client.exists(missing, true);

        away.leave();
        away.comeBack();
        Expect.equal(List.of(), away.events.events());
        away.other.setData(data, new byte[] {1}, -1);
        away.other.create(parent + "/child", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        away.other.create(missing, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        away.events.awaitEvents(
            "NodeDataChanged " + data, "NodeChildrenChanged " + parent, "NodeCreated " + missing);

        // Each was one-shot.
        away.other.setData(data, new byte[] {2}, -1);
        away.other.delete(missing, -1);
        away.client.exists(data, false);
        Expect.equal(3, away.events.events().size());
    }

    private static void catchUp(Stage stage) throws Exception {
        var away = new Away(stage);
        var changed = away.create("changed");
        var deleted = away.create("deleted");
        var parent = away.create("parent");
        var deletedParent = away.create("deleted-parent");
        var untouched = away.create("untouched");
        var missing = stage.path("missing");
        for (var path : List.of(changed, deleted, untouched)) {
            away.client.getData(path, true, null);
        }

        for (var path : List.of(parent, deletedParent)) {
            away.client.getChildren(path, true);
        }

        away.client.exists(missing, true);
        away.leave();
        away.other.setData(changed, new byte[] {1}, -1);
        away.other.delete(deleted, -1);
        away.other.create(parent + "/child", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        away.other.delete(deletedParent, -1);
        away.other.create(missing, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        away.comeBack();
        away.events.awaitEventsInAnyOrder("NodeDataChanged " + changed, "NodeDeleted " + deleted,
            "NodeChildrenChanged " + parent, "NodeDeleted " + deletedParent, "NodeCreated " + missing);

        away.other.setData(changed, new byte[] {2}, -1);
        away.other.setData(untouched, new byte[] {1}, -1);
        Expect.eventually("the untouched node's event", () -> away.events.events().size() == 6);
        Expect.equal("NodeDataChanged " + untouched, away.events.events().get(5));
    }

    private static void persistent(Stage stage) throws Exception {
        var away = new Away(stage);
        var single = away.create("single");
        var tree = away.create("tree");
        away.client.addWatch(single, away.events, AddWatchMode.PERSISTENT);
        away.client.addWatch(tree, away.events, AddWatchMode.PERSISTENT_RECURSIVE);
        away.leave();
        away.other.setData(single, new byte[] {1}, -1);
        away.comeBack();

        // What persistent watches missed is not made up for; from now on they see everything again.
        away.other.setData(single, new byte[] {2}, -1);
        away.other.create(single + "/child", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        away.other.create(tree + "/child", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        away.other.setData(tree + "/child", new byte[] {1}, -1);
        away.other.setData(single, new byte[] {3}, -1);
        away.events.awaitEvents("NodeDataChanged " + single, "NodeChildrenChanged " + single,
            "NodeCreated " + tree + "/child", "NodeDataChanged " + tree + "/child", "NodeDataChanged " + single);
    }

    private static void many(Stage stage) throws Exception {
        var away = new Away(stage);
        var padding = "x".repeat(150);
        var paths = new ArrayList<String>();
        for (var i = 0; i < 2_000; i++) {
            paths.add(stage.path(padding + i));
        }

        // Together these paths are longer than what the client puts into one packet.
        for (var path : paths) {
            away.client.exists(path, true, (code, where, context, stat) -> { }, null);
        }

        away.client.exists("/", false);
        away.leave();
        createAll(away.other, paths.subList(0, 1_000));
        away.comeBack();
        Expect.eventually("the first half's events", () -> away.events.events().size() == 1_000);
        createAll(away.other, paths.subList(1_000, 2_000));
        var expected = paths.stream().map(path -> "NodeCreated " + path).toArray(String[]::new);
        away.events.awaitEventsInAnyOrder(expected);
    }

    private static void createAll(ZooKeeper client, List<String> paths) throws Exception {
        var operations = paths.stream()
            .map(path -> Op.create(path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)).toList();
        client.multi(operations);
    }

    private static void madeAgain(Stage stage) throws Exception {
        var away = new Away(stage);
        var node = away.create("node");
        away.client.getData(node, true, null);
        away.leave();
        away.other.delete(node, -1);
        away.create("node");
        away.comeBack();
        away.events.awaitEvents("NodeDataChanged " + node);
    }

    /** A client behind a proxy, which loses its connection, and another one that goes on meanwhile. */
    private static final class Away {
        final ZooKeeper other;
        final ZooKeeper client;
        final EventLog events = new EventLog();
        private final Stage stage;
        private final TcpProxy proxy;

        Away(Stage stage) throws Exception {
            this.stage = stage;
            other = stage.zooKeeper();
            proxy = stage.proxy();
            client = stage.zooKeeper(proxy.address(), events);
        }

        String create(String name) throws Exception {
            return other.create(stage.path(name), null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        }

        void leave() throws Exception {
            events.clear();
            proxy.block();
            events.awaitState(KeeperState.Disconnected);
        }

        /** Returns when the client's requests are answered again, which is after its watches are set again. */
        void comeBack() throws Exception {
            proxy.restore();
            events.awaitConnected();
            client.exists("/", false);
        }
    }

    private ReconnectChecks() {
    }
}
