import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/** What clients hold outlives a server that is killed and started again. */
final class RestartChecks {
    /** Longer than a start takes on a busy machine: Curator gives a session up by itself when its time is over. */
    private static final int SESSION_TIMEOUT_MS = 60_000;

    private final ServerControl control;

    RestartChecks(ServerControl control) {
        this.control = control;
    }

    void addTo(Suite suite) {
        suite.add("restart: sessions, nodes, watches and locks outlive a killed server", this::killedServer);
    }

    private void killedServer(Stage stage) throws Exception {
        var states = new EventLog();
        var events = new EventLog();
        var client = stage.zooKeeper(stage.server(), SESSION_TIMEOUT_MS, states);
        var session = client.getSessionId();
        var data = create(client, stage.path("data"), CreateMode.PERSISTENT);
        var ephemeral = create(client, stage.path("ephemeral"), CreateMode.EPHEMERAL);
        var numbered = stage.path("n-");
        create(client, numbered, CreateMode.PERSISTENT_SEQUENTIAL);
        client.getData(data, events, null);
        client.exists(stage.path("missing"), events);
        client.addWatch(numbered, events, AddWatchMode.PERSISTENT_RECURSIVE);
        var holder = new InterProcessMutex(curator(stage), stage.path("lock"));
        var other = new InterProcessMutex(curator(stage), stage.path("lock"));
        var cache = stage.closeLater(CuratorCache.build(curator(stage), data));
        cache.start();
        Expect.isTrue("the lock in time", holder.acquire(30, TimeUnit.SECONDS));
        var before = client.exists(data, false);

        states.clear();
        control.kill();
        states.awaitState(KeeperState.Disconnected);
        control.start();
        states.awaitConnected();
        Expect.equal(session, client.getSessionId());
        Expect.equal(before, client.exists(data, false));
        Expect.equal(session, client.exists(ephemeral, false).getEphemeralOwner());
        Expect.equal(List.of(), events.events());
        Expect.isTrue("the lock to be held", !other.acquire(300, TimeUnit.MILLISECONDS));

        var set = client.setData(data, new byte[] {1}, 0);
        Expect.isTrue("a later zxid", set.getMzxid() > before.getMzxid());
        create(client, stage.path("missing"), CreateMode.PERSISTENT);
        create(client, numbered, CreateMode.PERSISTENT);
        Expect.equal(stage.path("n-0000000006"), create(client, numbered, CreateMode.PERSISTENT_SEQUENTIAL));
        events.awaitEvents(
            "NodeDataChanged " + data, "NodeCreated " + stage.path("missing"), "NodeCreated " + numbered);
        Expect.eventually("the cache to follow", () ->
            cache.get(data).filter(node -> node.getData() != null && node.getData().length == 1).isPresent());
        holder.release();
        Expect.isTrue("the lock in time", other.acquire(30, TimeUnit.SECONDS));
        other.release();
    }

    private static CuratorFramework curator(Stage stage) throws Exception {
        return stage.curator(stage.server(), SESSION_TIMEOUT_MS);
    }

    private static String create(ZooKeeper client, String path, CreateMode mode) throws Exception {
        return client.create(path, null, Ids.OPEN_ACL_UNSAFE, mode);
    }
}
