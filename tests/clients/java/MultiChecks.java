import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** Several operations at once: all or none of the writes, and each of the reads by itself. */
final class MultiChecks {
    static void addTo(Suite suite) {
        suite.add("multi: all operations take effect at once", MultiChecks::commit);
        suite.add("multi: one that fails undoes all, and each tells its result", MultiChecks::failure);
        suite.add("multi: containers and TTL nodes", MultiChecks::nodeKinds);
        suite.add("multi: several reads, each with its own result", MultiChecks::reads);
        suite.add("multi: the events come in the order of the operations", MultiChecks::events);
    }

    private static void commit(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var path = stage.path("node");
        var results = client.multi(List.of(
            create(path),
            Op.create(path + "/n-", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL),
            Op.create(path + "/n-", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL),
            Op.setData(path, new byte[] {7}, 0),
            Op.check(path, 1),
            Op.delete(path + "/n-0000000000", 0)));
        Expect.equal(path, ((OpResult.CreateResult) results.get(0)).getPath());
        Expect.equal(path + "/n-0000000000", ((OpResult.CreateResult) results.get(1)).getPath());
        Expect.equal(path + "/n-0000000001", ((OpResult.CreateResult) results.get(2)).getPath());
        Expect.equal(1, ((OpResult.SetDataResult) results.get(3)).getStat().getVersion());
        Expect.isTrue("the result of a check", results.get(4) instanceof OpResult.CheckResult);
        Expect.isTrue("the result of a delete", results.get(5) instanceof OpResult.DeleteResult);

        var stat = new Stat();
        Expect.equal((byte) 7, client.getData(path, false, stat)[0]);
        Expect.equal(stat.getCzxid(), stat.getMzxid());
        Expect.equal(stat.getCzxid(), stat.getPzxid());
        Expect.equal(3, stat.getCversion());
        Expect.equal(stat.getCzxid(), client.exists(path + "/n-0000000001", false).getCzxid());
    }

    private static void failure(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var kept = create(client, stage.path("kept"));
        var made = stage.path("made");
        var failure = Expect.error(Code.BADVERSION, () -> client.multi(List.of(
            create(made), Op.setData(kept, new byte[] {1}, 0), Op.check(kept, 9), Op.delete(kept, -1))));
        Expect.equal(List.of(Code.OK, Code.OK, Code.BADVERSION, Code.RUNTIMEINCONSISTENCY), codes(failure));
        Expect.equal(null, client.exists(made, false));
        Expect.equal(0, client.exists(kept, false).getVersion());

        Expect.equal(List.of(Code.NONODE, Code.RUNTIMEINCONSISTENCY), codes(Expect.error(Code.NONODE, () ->
            client.multi(List.of(create(made + "/below/nothing"), create(made))))));
        Expect.equal(List.of(Code.OK, Code.NODEEXISTS), codes(Expect.error(Code.NODEEXISTS, () ->
            client.multi(List.of(create(made), create(kept))))));
        Expect.equal(List.of(Code.OK, Code.NOTEMPTY), codes(Expect.error(Code.NOTEMPTY, () ->
            client.multi(List.of(create(kept + "/child"), Op.delete(kept, -1))))));

        // What was undone has not used up a number.
        Expect.equal(stage.path("n-0000000001"), client.create(
            stage.path("n-"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL));
    }

    private static void nodeKinds(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var container = stage.path("container");
        client.multi(List.of(
            Op.create(container, null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER),
            create(container + "/child"),
            Op.delete(container + "/child", -1),
            Op.create(stage.path("ttl"), null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, 300)));
        Expect.eventually("the end of both", () -> client.getChildren(stage.root, false).isEmpty());
    }

    private static void reads(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var path = client.create(stage.path("node"), new byte[] {5}, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        create(client, path + "/child");
        var results = client.multi(List.of(
            Op.getData(path), Op.getChildren(stage.path("missing")),
            Op.getChildren(path), Op.getData(path + "/child")));
        var data = (OpResult.GetDataResult) results.get(0);
        Expect.equal((byte) 5, data.getData()[0]);
        Expect.equal(client.exists(path, false), data.getStat());
        Expect.equal(Code.NONODE.intValue(), ((OpResult.ErrorResult) results.get(1)).getErr());
        Expect.equal(List.of("child"), ((OpResult.GetChildrenResult) results.get(2)).getChildren());
        Expect.equal(null, ((OpResult.GetDataResult) results.get(3)).getData());
    }

    private static void events(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var events = new EventLog();
        var first = stage.path("first");
        var second = stage.path("second");
        client.exists(first, events);
        client.exists(second, events);
        client.getChildren(stage.root, events);
        client.multi(List.of(create(second), Op.setData(second, new byte[] {1}, -1), create(first)));
        events.awaitEvents("NodeCreated " + second, "NodeChildrenChanged " + stage.root, "NodeCreated " + first);
    }

    private static Op create(String path) {
        return Op.create(path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    private static String create(ZooKeeper client, String path) throws Exception {
        return client.create(path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    private static List<Code> codes(KeeperException failure) {
        return failure.getResults().stream().map(result -> Code.get(((OpResult.ErrorResult) result).getErr())).toList();
    }

    private MultiChecks() {
    }
}
