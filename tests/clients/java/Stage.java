import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/**
 * Where one check is played: a part of the tree of its own, and connections, proxies and recipes that are closed,
 * last come first, when the check is over.
 */
final class Stage implements AutoCloseable {
    /** Short, so that losing a session does not take long. */
    static final int SESSION_TIMEOUT_MS = 2_000;

    private static final int LONG_SESSION_TIMEOUT_MS = 20_000;

    private final String server;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /** The path below which the check works; nothing is there at first. */
    final String root;

    Stage(String server, String root) {
        this.server = server;
        this.root = root;
    }

    /** The path of a child of the root. */
    String path(String name) {
        return root + "/" + name;
    }

    /** The address of the server, without a proxy before it. */
    String server() {
        return server;
    }

    /** A connected raw client whose root exists. */
    ZooKeeper zooKeeper() throws Exception {
        return zooKeeper(server, new EventLog());
    }

    ZooKeeper zooKeeper(EventLog events) throws Exception {
        return zooKeeper(server, events);
    }

    ZooKeeper zooKeeper(String address, EventLog events) throws Exception {
        return zooKeeper(address, LONG_SESSION_TIMEOUT_MS, events);
    }

    ZooKeeper zooKeeper(String address, int timeoutMs, EventLog events) throws Exception {
        var client = closeLater(new ZooKeeper(address, timeoutMs, events));
        events.awaitConnected();
        if (address.indexOf('/') < 0 && client.exists(root, false) == null) {
            client.create(root, null, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        }

        return client;
    }

    /** A connected Curator client. */
    CuratorFramework curator() throws Exception {
        return curator(server, LONG_SESSION_TIMEOUT_MS);
    }

    CuratorFramework curator(String address, int timeoutMs) throws Exception {
        return start(CuratorFrameworkFactory.builder().connectString(address).sessionTimeoutMs(timeoutMs));
    }

    /** Starts a Curator client that the check has set up but for the retries. */
    CuratorFramework start(CuratorFrameworkFactory.Builder builder) throws Exception {
        var client = closeLater(builder.connectionTimeoutMs(10_000).retryPolicy(new RetryNTimes(20, 200)).build());
        client.start();
        client.blockUntilConnected();
        return client;
    }

    CuratorFrameworkFactory.Builder builder() {
        return CuratorFrameworkFactory.builder().connectString(server).sessionTimeoutMs(LONG_SESSION_TIMEOUT_MS);
    }

    TcpProxy proxy() throws Exception {
        return closeLater(new TcpProxy(server));
    }

    synchronized <T extends AutoCloseable> T closeLater(T resource) {
        opened.push(resource);
        return resource;
    }

    @Override
    public synchronized void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception ignored) {
                // The check may have closed it, or lost its session on purpose.
            }
        }
    }
}
