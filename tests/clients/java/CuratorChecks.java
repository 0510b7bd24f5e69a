import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.api.transaction.OperationType;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;

/** Curator's own calls: what it builds from several of the client's, and transactions. */
final class CuratorChecks {
    static void addTo(Suite suite) {
        suite.add("curator: every create mode", CuratorChecks::createModes);
        suite.add("curator: parents are made, as nodes or as containers", CuratorChecks::parents);
        suite.add("curator: protected creates", CuratorChecks::protection);
        suite.add("curator: a protected create survives a lost connection", CuratorChecks::protectionReconnects);
        suite.add("curator: create or set, delete with children, quietly", CuratorChecks::convenience);
        suite.add("curator: a transaction takes effect at once", CuratorChecks::transaction);
        suite.add("curator: a transaction that fails tells the result of each operation", CuratorChecks::failure);
        suite.add("curator: background calls and watches", CuratorChecks::background);
        suite.add("curator: a namespace", CuratorChecks::namespace);
        suite.add("curator: a lost connection is told, and its return", CuratorChecks::shortLoss);
        suite.add("curator: a lost session is told, and the next one", CuratorChecks::lostSession);
    }

    private static void createModes(Stage stage) throws Exception {
        var client = stage.curator();
        var session = client.getZookeeperClient().getZooKeeper().getSessionId();
        client.create().forPath(stage.root, new byte[0]);
        for (var mode : CreateMode.values()) {
            var stat = new Stat();
            var asked = stage.path(mode.name());
            var path = mode.isTTL()
                ? client.create().withTtl(60_000).storingStatIn(stat).withMode(mode).forPath(asked, new byte[] {1})
                : client.create().storingStatIn(stat).withMode(mode).forPath(asked, new byte[] {1});
            Expect.isTrue(path + " to begin as asked", path.startsWith(asked));
            Expect.equal(mode.isSequential() ? 10 : 0, path.length() - asked.length());
            Expect.equal(mode.isEphemeral() ? session : 0L, stat.getEphemeralOwner());
            Expect.equal(stat, client.checkExists().forPath(path));
        }
    }

    private static void parents(Stage stage) throws Exception {
        var client = stage.curator();
        client.create().creatingParentsIfNeeded().forPath(stage.path("a/b/c"), new byte[0]);
        client.create().creatingParentContainersIfNeeded().forPath(stage.path("x/y/z"), new byte[0]);
        client.delete().forPath(stage.path("x/y/z"));
        client.delete().forPath(stage.path("a/b/c"));
        Expect.eventually("the containers to go", () -> client.checkExists().forPath(stage.path("x")) == null);
        Expect.isTrue("the plain parent to stay", client.checkExists().forPath(stage.path("a/b")) != null);
    }

    private static void protection(Stage stage) throws Exception {
        var client = stage.curator();
        var path = client.create().creatingParentsIfNeeded().withProtection()
            .withMode(CreateMode.EPHEMERAL_SEQUENTIAL).forPath(stage.path("n-"), new byte[0]);
        Expect.isTrue(path + " to be protected", path.matches(stage.root + "/_c_[0-9a-f-]{36}-n-0000000000"));
    }

    private static void protectionReconnects(Stage stage) throws Exception {
        var observer = stage.curator();
        observer.create().forPath(stage.root, new byte[0]);
        var proxy = stage.proxy();
        var client = stage.curator(proxy.address(), 20_000);
        var failures = new CopyOnWriteArrayList<Exception>();
        var names = new CopyOnWriteArrayList<String>();
        var creator = new Thread(() -> {
            try {
                for (var i = 0; i < 60; i++) {
                    names.add(client.create().withProtection().withMode(CreateMode.EPHEMERAL_SEQUENTIAL)
                        .forPath(stage.path("n-"), new byte[0]));
                }
            } catch (Exception failure) {
                failures.add(failure);
            }
        });
        creator.start();
        for (var cuts = 0; cuts < 4; cuts++) {
            var before = names.size();
            Expect.eventually("progress", () -> names.size() > before || !creator.isAlive());
            proxy.cut();
        }

        creator.join(60_000);
        Expect.equal(List.of(), failures);
        var there = observer.getChildren().forPath(stage.root).stream().map(stage::path).sorted().toList();
        Expect.equal(names.stream().sorted().toList(), there);
    }

    private static void convenience(Stage stage) throws Exception {
        var client = stage.curator();
        client.create().orSetData().creatingParentsIfNeeded().forPath(stage.path("a"), new byte[] {1});
        client.create().orSetData().forPath(stage.path("a"), new byte[] {2});
        Expect.equal((byte) 2, client.getData().forPath(stage.path("a"))[0]);
        Expect.error(Code.BADVERSION, () -> client.setData().withVersion(0).forPath(stage.path("a"), new byte[0]));
        client.delete().quietly().forPath(stage.path("missing"));
        for (var i = 0; i < 20; i++) {
            client.create().creatingParentsIfNeeded().forPath(stage.path("tree/" + i + "/leaf"), new byte[0]);
        }

        client.delete().guaranteed().deletingChildrenIfNeeded().forPath(stage.path("tree"));
        Expect.equal(List.of("a"), client.getChildren().forPath(stage.root));
        client.sync().forPath(stage.root);
    }

    private static void transaction(Stage stage) throws Exception {
        var client = stage.curator();
        var path = stage.root;
        var results = client.transaction().forOperations(
            client.transactionOp().create().forPath(path, new byte[] {1}),
            client.transactionOp().create().withMode(CreateMode.EPHEMERAL_SEQUENTIAL).forPath(path + "/n-"),
            client.transactionOp().create().withTtl(60_000).withMode(CreateMode.PERSISTENT_WITH_TTL)
                .forPath(path + "/ttl"),
            client.transactionOp().setData().withVersion(0).forPath(path, new byte[] {2}),
            client.transactionOp().check().withVersion(1).forPath(path),
            client.transactionOp().delete().forPath(path + "/ttl"));
        Expect.equal(List.of(OperationType.CREATE, OperationType.CREATE, OperationType.CREATE,
            OperationType.SET_DATA, OperationType.CHECK, OperationType.DELETE),
            results.stream().map(CuratorTransactionResult::getType).toList());
        Expect.equal(path + "/n-0000000000", results.get(1).getResultPath());
        Expect.equal(1, results.get(3).getResultStat().getVersion());
        Expect.equal((byte) 2, client.getData().forPath(path)[0]);
        Expect.equal(List.of("n-0000000000"), client.getChildren().forPath(path));
    }

    private static void failure(Stage stage) throws Exception {
        var client = stage.curator();
        client.create().forPath(stage.root, new byte[0]);
        KeeperException failure = Expect.error(Code.NODEEXISTS, () -> client.transaction().forOperations(
            client.transactionOp().create().forPath(stage.path("a")),
            client.transactionOp().create().forPath(stage.root),
            client.transactionOp().create().forPath(stage.path("b"))));
        Expect.equal(3, failure.getResults().size());
        Expect.equal(stage.root, failure.getPath() == null ? stage.root : failure.getPath());
        Expect.equal(List.of(), client.getChildren().forPath(stage.root));
    }

    private static void background(Stage stage) throws Exception {
        var client = stage.curator();
        var answers = new CopyOnWriteArrayList<String>();
        client.create().creatingParentsIfNeeded().inBackground((who, event) ->
            answers.add(event.getType() + " " + event.getResultCode())).forPath(stage.path("a"), new byte[0]);
        Expect.eventually("the answer", () -> answers.contains("CREATE 0"));
        client.getData().inBackground((who, event) ->
            answers.add(event.getType() + " " + event.getResultCode())).forPath(stage.path("missing"));
        Expect.eventually("the answer", () -> answers.contains("GET_DATA " + Code.NONODE.intValue()));
        var events = new EventLog();
        client.checkExists().usingWatcher(events).forPath(stage.path("late"));
        client.getChildren().usingWatcher(events).forPath(stage.root);
        client.create().forPath(stage.path("late"), new byte[0]);
        events.awaitEvents("NodeCreated " + stage.path("late"), "NodeChildrenChanged " + stage.root);
    }

    private static void namespace(Stage stage) throws Exception {
        var client = stage.start(stage.builder().namespace(stage.root.substring(1)));
        client.create().withMode(CreateMode.EPHEMERAL).forPath("/a", new byte[0]);
        Expect.equal(List.of("a"), client.getChildren().forPath("/"));
        Expect.isTrue("the node below the namespace",
            stage.curator().checkExists().forPath(stage.path("a")) != null);
    }

    private static void shortLoss(Stage stage) throws Exception {
        var proxy = stage.proxy();
        var states = new CopyOnWriteArrayList<ConnectionState>();
        var client = stage.curator(proxy.address(), 20_000);
        var session = client.getZookeeperClient().getZooKeeper().getSessionId();
        client.getConnectionStateListenable().addListener((who, state) -> states.add(state));
        proxy.cut();
        Expect.eventually("the connection to be back", () -> states.contains(ConnectionState.RECONNECTED));

        // The first connection may be told as late as this.
        states.remove(ConnectionState.CONNECTED);
        Expect.equal(List.of(ConnectionState.SUSPENDED, ConnectionState.RECONNECTED), states);
        Expect.equal(session, client.getZookeeperClient().getZooKeeper().getSessionId());
    }

    private static void lostSession(Stage stage) throws Exception {
        var proxy = stage.proxy();
        var states = new CopyOnWriteArrayList<ConnectionState>();
        var client = stage.curator(proxy.address(), Stage.SESSION_TIMEOUT_MS);
        var session = client.getZookeeperClient().getZooKeeper().getSessionId();
        client.getConnectionStateListenable().addListener((who, state) -> states.add(state));
        proxy.block();
        Expect.eventually("the loss of the session", () -> states.contains(ConnectionState.LOST));
        proxy.restore();
        Expect.eventually("the connection to be back", () ->
            states.get(states.size() - 1) == ConnectionState.RECONNECTED);
        Expect.eventually("another session", () ->
            client.getZookeeperClient().getZooKeeper().getSessionId() != session);
    }

    private CuratorChecks() {
    }
}
