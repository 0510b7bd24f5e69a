import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.nodes.GroupMember;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.framework.recipes.nodes.PersistentTtlNode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.data.Stat;

/** Curator's nodes that it keeps for its client as long as the client lives. */
final class NodeRecipeChecks {
    private static final int MAX_SECONDS = 30;

    static void addTo(Suite suite) {
        suite.add("node: a persistent one comes back when it is deleted", NodeRecipeChecks::deleted);
        suite.add("node: a persistent one comes back in the next session", NodeRecipeChecks::nextSession);
        suite.add("node: a TTL node lives as long as its client", NodeRecipeChecks::ttl);
        suite.add("node: members of a group see each other come and go", NodeRecipeChecks::group);
    }

    private static void deleted(Stage stage) throws Exception {
        var other = stage.curator();
        var node = start(stage, stage.curator());
        var session = stat(other, stage).getEphemeralOwner();
        Expect.isTrue("an ephemeral node", session != 0);
        other.delete().forPath(stage.path("node"));
        Expect.eventually("the node to be back", () -> stat(other, stage) != null);
        node.setData(new byte[] {2});
        Expect.eventually("its new data", () -> other.getData().forPath(stage.path("node"))[0] == 2);
        node.close();
        Expect.eventually("the node to be gone", () -> stat(other, stage) == null);
    }

    private static void nextSession(Stage stage) throws Exception {
        var other = stage.curator();
        var proxy = stage.proxy();
        var node = start(stage, stage.curator(proxy.address(), Stage.SESSION_TIMEOUT_MS));
        var session = stat(other, stage).getEphemeralOwner();
        proxy.block();
        Expect.eventually("the node to go with its session", () -> stat(other, stage) == null);
        proxy.restore();
        Expect.eventually("the node to be back", () -> stat(other, stage) != null);
        Expect.isTrue("another session", stat(other, stage).getEphemeralOwner() != session);
    }

    private static void ttl(Stage stage) throws Exception {
        var other = stage.curator();
        var node = stage.closeLater(
            new PersistentTtlNode(stage.curator(), stage.path("ttl"), 1_500, new byte[] {1}));
        node.start();
        Expect.isTrue("the node in time", node.waitForInitialCreate(MAX_SECONDS, TimeUnit.SECONDS));

        // Longer than its time to live, and than the server takes to look for nodes whose time is up.
        Thread.sleep(4_000);
        Expect.equal((byte) 1, other.getData().forPath(stage.path("ttl"))[0]);
        Expect.equal(1, other.getChildren().forPath(stage.path("ttl")).size());
        node.close();
        Expect.eventually("the end of the node", () -> other.checkExists().forPath(stage.path("ttl")) == null);
    }

    private static void group(Stage stage) throws Exception {
        var first = stage.closeLater(new GroupMember(stage.curator(), stage.path("group"), "a", new byte[] {1}));
        first.start();
        var second = new GroupMember(stage.curator(), stage.path("group"), "b", new byte[] {2});
        second.start();
        Expect.eventually("both members", () -> first.getCurrentMembers().keySet().equals(Set.of("a", "b")));
        Expect.eventually("both members", () -> second.getCurrentMembers().keySet().equals(Set.of("a", "b")));
        second.setThisData(new byte[] {3});
        Expect.eventually("the data", () -> first.getCurrentMembers().get("b")[0] == 3);
        second.close();
        Expect.eventually("one member", () -> first.getCurrentMembers().keySet().equals(Set.of("a")));
    }

    private static PersistentNode start(Stage stage, CuratorFramework client) throws Exception {
        var node = stage.closeLater(
            new PersistentNode(client, CreateMode.EPHEMERAL, false, stage.path("node"), new byte[] {1}));
        node.start();
        Expect.isTrue("the node in time", node.waitForInitialCreate(MAX_SECONDS, TimeUnit.SECONDS));
        return node;
    }

    private static Stat stat(CuratorFramework client, Stage stage) throws Exception {
        return client.checkExists().forPath(stage.path("node"));
    }

    private NodeRecipeChecks() {
    }
}
