import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/** Sessions as the raw client sees them: they outlive connections, they expire, and they take their nodes along. */
final class SessionChecks {
    static void addTo(Suite suite) {
        suite.add("session: an expired one takes its nodes along and its client is told", SessionChecks::expiry);
        suite.add("session: another client takes it over with its password", SessionChecks::takeOver);
        suite.add("session: a wrong password ends in expiry", SessionChecks::wrongPassword);
        suite.add("session: closing it removes its nodes", SessionChecks::close);
        suite.add("session: it outlives a lost connection", SessionChecks::lostConnection);
        suite.add("session: pings keep an idle one alive", SessionChecks::idle);
        suite.add("session: a client that accepts read-only servers may write", SessionChecks::readOnlyClient);
    }

    private static void expiry(Stage stage) throws Exception {
        var observerEvents = new EventLog();
        var observer = stage.zooKeeper(observerEvents);
        var proxy = stage.proxy();
        var events = new EventLog();
        var client = stage.zooKeeper(proxy.address(), Stage.SESSION_TIMEOUT_MS, events);
        var path = client.create(stage.path("e"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        Expect.equal(client.getSessionId(), observer.exists(path, true).getEphemeralOwner());

        proxy.block();
        observerEvents.awaitEvents("NodeDeleted " + path);
        proxy.restore();
        events.awaitState(KeeperState.Expired);
        Expect.error(Code.SESSIONEXPIRED, () -> client.exists("/", false));
    }

    private static void takeOver(Stage stage) throws Exception {
        var proxy = stage.proxy();
        var events = new EventLog();
        var first = stage.zooKeeper(proxy.address(), events);
        var path = first.create(stage.path("e"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        proxy.block();
        events.awaitState(KeeperState.Disconnected);

        var secondEvents = new EventLog();
        var second = stage.closeLater(new ZooKeeper(stage.server(), 20_000, secondEvents,
            first.getSessionId(), first.getSessionPasswd()));
        secondEvents.awaitConnected();
        Expect.equal(first.getSessionId(), second.getSessionId());
        Expect.equal(List.of(path), second.getEphemerals());
        second.close();
        Expect.equal(null, stage.zooKeeper().exists(path, false));
    }

    private static void wrongPassword(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var path = client.create(stage.path("e"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        var password = client.getSessionPasswd().clone();
        password[3] ^= 1;
        var events = new EventLog();
        stage.closeLater(new ZooKeeper(stage.server(), 20_000, events, client.getSessionId(), password));
        events.awaitState(KeeperState.Expired);
        Expect.isTrue("the node of the session to be left", stage.zooKeeper().exists(path, false) != null);
    }

    private static void close(Stage stage) throws Exception {
        var events = new EventLog();
        var observer = stage.zooKeeper(events);
        var client = stage.zooKeeper();
        var first = client.create(stage.path("a"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        var second = client.create(stage.path("b"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        observer.exists(first, true);
        observer.getData(second, true, null);
        observer.getChildren(stage.root, true);
        client.close();
        events.awaitEventsInAnyOrder(
            "NodeDeleted " + first, "NodeDeleted " + second, "NodeChildrenChanged " + stage.root);
        Expect.equal(List.of(), observer.getChildren(stage.root, false));
    }

    private static void lostConnection(Stage stage) throws Exception {
        var proxy = stage.proxy();
        var events = new EventLog();
        var client = stage.zooKeeper(proxy.address(), events);
        var path = client.create(stage.path("e"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        var session = client.getSessionId();
        for (var i = 0; i < 3; i++) {
            events.clear();
            proxy.cut();
            events.awaitState(KeeperState.Disconnected);
            events.awaitConnected();
            Expect.equal(session, client.getSessionId());
            Expect.equal(session, client.exists(path, false).getEphemeralOwner());
        }
    }

    private static void idle(Stage stage) throws Exception {
        var events = new EventLog();
        var client = stage.zooKeeper(stage.server(), Stage.SESSION_TIMEOUT_MS, events);
        var path = client.create(stage.path("e"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        events.clear();
        Thread.sleep(3L * client.getSessionTimeout());
        Expect.isTrue("the node to be left", client.exists(path, false) != null);
        Expect.equal(false, events.hasState(KeeperState.Disconnected));
    }

    private static void readOnlyClient(Stage stage) throws Exception {
        var events = new EventLog();
        stage.zooKeeper();
        var client = stage.closeLater(new ZooKeeper(stage.server(), 20_000, events, true));
        events.awaitConnected();
        Expect.equal(ZooKeeper.States.CONNECTED, client.getState());
        client.create(stage.path("written"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    private SessionChecks() {
    }
}
