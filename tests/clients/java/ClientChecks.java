import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.admin.ZooKeeperAdmin;
import org.apache.zookeeper.data.Stat;

/** The calls of the raw client: their results, their errors and what they leave in the Stat. */
final class ClientChecks {
    private static final String CONFIG = "/zookeeper/config";

    static void addTo(Suite suite) {
        suite.add("client: every field of the Stat", ClientChecks::stat);
        suite.add("client: errors", ClientChecks::errors);
        suite.add("client: null, empty and large data", ClientChecks::data);
        suite.add("client: more than fits a frame loses the connection, not the session", ClientChecks::oversize);
        suite.add("client: sequential names", ClientChecks::sequential);
        suite.add("client: thousands of calls in flight are answered in order", ClientChecks::pipelining);
        suite.add("client: ephemeral nodes of the session", ClientChecks::ephemerals);
        suite.add("client: number of all descendants", ClientChecks::allChildrenNumber);
        suite.add("client: configuration and reconfiguration", ClientChecks::configuration);
        suite.add("client: a chroot", ClientChecks::chroot);
        suite.add("client: sync", ClientChecks::sync);
    }

    private static void stat(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var created = new Stat();
        var path = client.create(
            stage.path("node"), new byte[] {1, 2, 3}, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, created);
        Expect.equal(created, client.exists(path, false));
        Expect.equal(new Stat(created.getCzxid(), created.getCzxid(), created.getCtime(), created.getCtime(),
            0, 0, 0, 0, 3, 0, created.getCzxid()), created);
        Expect.isTrue("a time of now", Math.abs(System.currentTimeMillis() - created.getCtime()) < 60_000);

        var set = client.setData(path, new byte[] {1}, 0);
        Expect.isTrue("a later zxid", set.getMzxid() > created.getCzxid());
        Expect.equal(new Stat(created.getCzxid(), set.getMzxid(), created.getCtime(), set.getMtime(),
            1, 0, 0, 0, 1, 0, created.getCzxid()), set);

        var child = new Stat();
        client.create(path + "/child", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL, child);
        Expect.equal(client.getSessionId(), child.getEphemeralOwner());
        var parent = new Stat();
        Expect.equal(List.of("child"), client.getChildren(path, false, parent));
        Expect.equal(new Stat(created.getCzxid(), set.getMzxid(), created.getCtime(), set.getMtime(),
            1, 1, 0, 0, 1, 1, child.getCzxid()), parent);
        client.delete(path + "/child", 0);
        client.getData(path, false, parent);
        Expect.equal(List.of(2, 0), List.of(parent.getCversion(), parent.getNumChildren()));
        Expect.isTrue("the zxid of the delete", parent.getPzxid() > child.getCzxid());
    }

    private static void errors(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var path = create(client, stage.path("node"), CreateMode.PERSISTENT);
        var missing = stage.path("missing");
        var ephemeral = create(client, path + "/e", CreateMode.EPHEMERAL);
        Expect.error(Code.NODEEXISTS, () -> create(client, path, CreateMode.PERSISTENT));
        Expect.error(Code.NONODE, () -> create(client, missing + "/child", CreateMode.PERSISTENT));
        Expect.error(Code.NOCHILDRENFOREPHEMERALS, () -> create(client, ephemeral + "/x", CreateMode.PERSISTENT));
        Expect.error(Code.NONODE, () -> client.getData(missing, false, null));
        Expect.error(Code.NONODE, () -> client.setData(missing, null, -1));
        Expect.error(Code.NONODE, () -> client.getChildren(missing, false));
        Expect.error(Code.NONODE, () -> client.getACL(missing, null));
        Expect.error(Code.NONODE, () -> client.getAllChildrenNumber(missing));
        Expect.error(Code.NONODE, () -> delete(client, missing, -1));
        Expect.error(Code.NOTEMPTY, () -> delete(client, path, -1));
        Expect.error(Code.BADVERSION, () -> delete(client, ephemeral, 1));
        Expect.error(Code.BADVERSION, () -> client.setData(path, null, 1));
        Expect.error(Code.INVALIDACL, () -> client.create(missing, null, List.of(), CreateMode.PERSISTENT));
        Expect.error(Code.BADARGUMENTS, () -> delete(client, "/zookeeper", -1));
        Expect.error(Code.BADARGUMENTS, () -> delete(client, CONFIG, -1));
        Expect.equal(null, client.exists(missing, false));
    }

    private static void data(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var path = create(client, stage.path("node"), CreateMode.PERSISTENT);
        Expect.equal(null, client.getData(path, false, null));
        client.setData(path, new byte[0], -1);
        Expect.equal(0, client.getData(path, false, null).length);
        var large = new byte[1_000_000];
        for (var i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31);
        }

        Expect.equal(large.length, client.setData(path, large, -1).getDataLength());
        Expect.isTrue("the same bytes", Arrays.equals(large, client.getData(path, false, null)));
        var name = stage.path("größe-測試");
        create(client, name, CreateMode.PERSISTENT);
        Expect.isTrue("the name with its letters",
            client.getChildren(stage.root, false).contains("größe-測試"));
    }

    private static void oversize(Stage stage) throws Exception {
        var events = new EventLog();
        var client = stage.zooKeeper(events);
        var path = create(client, stage.path("e"), CreateMode.EPHEMERAL);
        var session = client.getSessionId();
        events.clear();
        Expect.error(Code.CONNECTIONLOSS, () -> client.setData(path, new byte[1_200_000], -1));
        events.awaitState(KeeperState.Disconnected);
        events.awaitConnected();
        Expect.equal(session, client.getSessionId());
        Expect.equal(0, client.exists(path, false).getVersion());
    }

    private static void sequential(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        Expect.equal(stage.path("a0000000000"),
            create(client, stage.path("a"), CreateMode.PERSISTENT_SEQUENTIAL));
        create(client, stage.path("plain"), CreateMode.PERSISTENT);
        delete(client, stage.path("a0000000000"), -1);
        Expect.equal(stage.path("b0000000002"),
            create(client, stage.path("b"), CreateMode.EPHEMERAL_SEQUENTIAL));
        Expect.error(Code.NONODE, () -> create(client, stage.path("x/y"), CreateMode.PERSISTENT_SEQUENTIAL));
        Expect.equal(stage.path("0000000003"),
            create(client, stage.root + "/", CreateMode.PERSISTENT_SEQUENTIAL));
    }

    private static void pipelining(Stage stage) throws Exception {
        final var count = 2_000;
        var client = stage.zooKeeper();
        var answers = Collections.synchronizedList(new ArrayList<Integer>());
        var wrong = Collections.synchronizedList(new ArrayList<String>());
        for (var i = 0; i < count; i++) {
            var number = i;
            var path = stage.path("n-" + i / 4);
            switch (i % 4) {
                case 0 -> client.create(path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT,
                    (code, where, context, name) -> note(answers, wrong, number, code), null);
                case 1 -> client.setData(path, new byte[] {1}, 0,
                    (code, where, context, stat) -> note(answers, wrong, number, code), null);
                case 2 -> client.getData(path, false, (code, where, context, bytes, stat) ->
                    note(answers, wrong, number, stat != null && stat.getVersion() == 1 ? code : -1), null);
                default -> client.delete(path, 1,
                    (code, where, context) -> note(answers, wrong, number, code), null);
            }
        }

        Expect.soon(() -> answers.size() == count);
        Expect.equal(List.of(), wrong);
        Expect.equal(count, answers.size());
        for (var i = 0; i < count; i++) {
            Expect.equal(i, answers.get(i));
        }
    }

    private static void note(List<Integer> answers, List<String> wrong, int number, int code) {
        if (code != 0) {
            wrong.add("call " + number + " ended with " + code);
        }

        answers.add(number);
    }

    private static void ephemerals(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var other = stage.zooKeeper();
        create(client, stage.path("persistent"), CreateMode.PERSISTENT);
        var first = create(client, stage.path("e-1"), CreateMode.EPHEMERAL);
        var second = create(client, stage.path("persistent/e-2"), CreateMode.EPHEMERAL);
        create(other, stage.path("e-3"), CreateMode.EPHEMERAL);
        Expect.equal(List.of(first, second), client.getEphemerals().stream().sorted().toList());
        Expect.equal(List.of(first), client.getEphemerals(stage.path("e-")));
        Expect.equal(List.of(), client.getEphemerals("/elsewhere"));
    }

    private static void allChildrenNumber(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        Expect.equal(0, client.getAllChildrenNumber(stage.root));
        for (var name : List.of("a", "a/b", "a/b/c", "d")) {
            create(client, stage.path(name), CreateMode.PERSISTENT);
        }

        Expect.equal(4, client.getAllChildrenNumber(stage.root));
        Expect.equal(2, client.getAllChildrenNumber(stage.path("a")));
    }

    private static void configuration(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var stat = new Stat();
        Expect.equal(0, client.getConfig(false, stat).length);
        Expect.equal(0, stat.getDataLength());
        Expect.error(Code.NOAUTH, () -> client.setData(CONFIG, new byte[] {1}, -1));
        var events = new EventLog();
        var admin = stage.closeLater(new ZooKeeperAdmin(stage.server(), 20_000, events));
        events.awaitConnected();
        Expect.error(Code.RECONFIGDISABLED, () ->
            admin.reconfigure("server.2=127.0.0.1:2888:3888;2181", null, null, -1, stat));
        Expect.isTrue("the connection to go on", admin.exists("/", false) != null);
    }

    private static void chroot(Stage stage) throws Exception {
        var whole = stage.zooKeeper();
        var events = new EventLog();
        var client = stage.zooKeeper(stage.server() + stage.root, events);
        client.exists("/late", true);
        client.getChildren("/", true);
        Expect.equal("/late", create(client, "/late", CreateMode.EPHEMERAL));
        events.awaitEvents("NodeCreated /late", "NodeChildrenChanged /");
        Expect.equal(List.of("late"), client.getChildren("/", false));
        Expect.isTrue("the node below the root", whole.exists(stage.path("late"), false) != null);
        var lost = stage.zooKeeper(stage.server() + stage.path("nowhere"), new EventLog());
        Expect.error(Code.NONODE, () -> create(lost, "/x", CreateMode.PERSISTENT));
    }

    private static void sync(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        for (var path : List.of(stage.root, stage.path("missing"))) {
            var answer = new CompletableFuture<String>();
            client.sync(path, (code, where, context) -> answer.complete(code + " " + where), null);
            Expect.equal("0 " + path, answer.get(30, TimeUnit.SECONDS));
        }
    }

    private static String create(ZooKeeper client, String path, CreateMode mode) throws Exception {
        return client.create(path, null, Ids.OPEN_ACL_UNSAFE, mode);
    }

    private static Object delete(ZooKeeper client, String path, int version) throws Exception {
        client.delete(path, version);
        return null;
    }

    private ClientChecks() {
    }
}
