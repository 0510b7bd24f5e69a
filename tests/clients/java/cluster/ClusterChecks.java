import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;

/** Clients that know several instances by their connection string, and are moved between them by cut connections. */
final class ClusterChecks {
    private static final int TIMEOUT_MS = 20_000;

    private final List<String> servers;

    ClusterChecks(List<String> servers) {
        this.servers = servers;
    }

    void addTo(Suite suite) {
        suite.add("cluster: a mutex has one holder while its contenders are moved", this::mutex);
        suite.add("cluster: a latch has one leader, and the next when it leaves", this::latch);
        suite.add("cluster: no increment of a distributed long is lost", this::atomicLong);
        suite.add("cluster: a cache of a client that moves shows what others write", this::cache);
        suite.add("cluster: a session and its ephemeral node move with the client", this::session);
    }

    private void mutex(Stage stage) throws Exception {
        var ways = new Ways(stage);
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var moving = new AtomicBoolean(true);
        var turns = new ArrayList<AtomicInteger>();
        var tasks = new ArrayList<Callable<Void>>();
        for (var contender = 0; contender < 3; contender++) {
            var mutex = new InterProcessMutex(ways.curator(), stage.path("lock"));
            var taken = new AtomicInteger();
            turns.add(taken);
            tasks.add(() -> {
                while (moving.get()) {
                    Expect.isTrue("the mutex in time", mutex.acquire(60, TimeUnit.SECONDS));
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Thread.sleep(50);
                    inside.decrementAndGet();
                    mutex.release();
                    taken.incrementAndGet();
                }

                return null;
            });
        }

        tasks.add(() -> {
            try {
                // A create of Curator that loses two connections in a row gives up without a word and without a path.
                ways.move(() -> {
                    var before = turns.stream().map(AtomicInteger::get).toList();
                    for (var i = 0; i < before.size(); i++) {
                        var taken = turns.get(i);
                        var seen = before.get(i);
                        Expect.eventually("another turn", () -> taken.get() >= seen + 2);
                    }
                });
            } finally {
                moving.set(false);
            }

            return null;
        });
        runAll(tasks);
        Expect.equal(1, most.get());
    }

    private void latch(Stage stage) throws Exception {
        var latches = new ArrayList<LeaderLatch>();
        for (var server : servers) {
            var latch = stage.closeLater(new LeaderLatch(stage.curator(server, TIMEOUT_MS), stage.path("latch"), server));
            latch.start();
            latches.add(latch);
        }

        while (!latches.isEmpty()) {
            Expect.eventually("one leader", () -> latches.stream().filter(LeaderLatch::hasLeadership).count() == 1);
            var leader = latches.stream().filter(LeaderLatch::hasLeadership).findFirst().orElseThrow();
            for (var latch : latches) {
                Expect.eventually("the leader to be known", () -> latch.getLeader().getId().equals(leader.getId()));
            }

            latches.remove(leader);
            leader.close();
        }
    }

    private void atomicLong(Stage stage) throws Exception {
        var tasks = new ArrayList<Callable<Void>>();
        for (var server : servers) {
            var counter = new DistributedAtomicLong(
                stage.curator(server, TIMEOUT_MS), stage.path("long"), new RetryNTimes(1_000, 1));
            tasks.add(() -> {
                for (var turn = 0; turn < 10; turn++) {
                    Expect.isTrue("the increment to succeed", counter.increment().succeeded());
                }

                return null;
            });
        }

        runAll(tasks);
        var client = stage.curator();
        client.sync().forPath(stage.path("long"));
        var counter = new DistributedAtomicLong(client, stage.path("long"), new RetryNTimes(10, 1));
        Expect.equal(10L * servers.size(), counter.get().postValue());
    }

    private void cache(Stage stage) throws Exception {
        var ways = new Ways(stage);
        var writer = stage.zooKeeper();
        var client = ways.curator();
        var cache = stage.closeLater(CuratorCache.build(client, stage.root));
        cache.start();
        for (var proxy : ways.proxies) {
            proxy.block();
            var path = writer.create(stage.path("n-"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
            Expect.eventually(path + " in the cache", () -> cache.get(path).isPresent());
            proxy.restore();
            writer.delete(path, -1);
            Expect.eventually(path + " to be gone", () -> cache.get(path).isEmpty());
        }
    }

    private void session(Stage stage) throws Exception {
        var ways = new Ways(stage);
        stage.zooKeeper();
        var client = ways.curator();
        var path = stage.path("e");
        var session = client.getZookeeperClient().getZooKeeper().getSessionId();
        client.sync().forPath(stage.root);
        client.create().withMode(CreateMode.EPHEMERAL).forPath(path);
        ways.move(() -> client.checkExists().forPath("/"));
        Expect.equal(session, client.getZookeeperClient().getZooKeeper().getSessionId());
        for (var server : servers) {
            var other = stage.curator(server, TIMEOUT_MS);
            other.sync().forPath(path);
            Expect.equal(session, other.checkExists().forPath(path).getEphemeralOwner());
        }

        client.close();
        for (var server : servers) {
            var other = stage.curator(server, TIMEOUT_MS);
            Expect.eventually("the node to be gone", () -> other.checkExists().forPath(path) == null);
        }
    }

    private static void runAll(List<Callable<Void>> tasks) throws Exception {
        var threads = Executors.newFixedThreadPool(tasks.size());
        for (var task : threads.invokeAll(tasks)) {
            task.get();
        }

        threads.shutdown();
    }

    /** A way to each instance, to be put into a connection string. */
    private final class Ways {
        final List<TcpProxy> proxies = new ArrayList<>();
        private final Stage stage;

        Ways(Stage stage) throws Exception {
            this.stage = stage;
            for (var server : servers) {
                proxies.add(stage.closeLater(new TcpProxy(server)));
            }
        }

        CuratorFramework curator() throws Exception {
            return stage.curator(String.join(",", proxies.stream().map(TcpProxy::address).toList()), TIMEOUT_MS);
        }

        /** Blocks one way after the other, so that each client has to turn to another instance at least once. */
        void move(Step moved) throws Exception {
            for (var proxy : proxies) {
                proxy.block();
                moved.run();
                proxy.restore();
            }
        }
    }

    /** What shows that the clients have moved. */
    private interface Step {
        void run() throws Exception;
    }
}
