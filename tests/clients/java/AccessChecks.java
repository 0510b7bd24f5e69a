import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.server.auth.DigestAuthenticationProvider;

/** Who may do what: ACLs, and how clients say who they are. */
final class AccessChecks {
    static void addTo(Suite suite) {
        suite.add("access: a node of its creator is closed to others", AccessChecks::creatorOnly);
        suite.add("access: each permission opens its operations only", AccessChecks::permissions);
        suite.add("access: ACLs have versions and are checked", AccessChecks::aclVersions);
        suite.add("access: an unknown scheme fails the client", AccessChecks::unknownScheme);
        suite.add("access: credentials are given again after a lost connection", AccessChecks::reconnect);
        suite.add("access: whoAmI names the address and the users", AccessChecks::whoAmI);
        suite.add("access: Curator's authorization and ACLs", AccessChecks::curator);
    }

    private static void creatorOnly(Stage stage) throws Exception {
        var alice = as(stage, "alice:secret");
        var nobody = stage.zooKeeper();
        var bob = as(stage, "bob:secret");
        var path = alice.create(stage.path("hers"), new byte[] {1}, Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
        for (var stranger : List.of(nobody, bob)) {
            Expect.error(Code.NOAUTH, () -> stranger.getData(path, false, null));
            Expect.error(Code.NOAUTH, () -> stranger.setData(path, null, -1));
            Expect.error(Code.NOAUTH, () -> stranger.getChildren(path, false));
            Expect.error(Code.NOAUTH, () -> stranger.getACL(path, null));
            Expect.error(Code.NOAUTH, () -> stranger.setACL(path, Ids.OPEN_ACL_UNSAFE, -1));
            Expect.error(Code.NOAUTH, () ->
                stranger.create(path + "/child", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        }

        var id = DigestAuthenticationProvider.generateDigest("alice:secret");
        Expect.equal(List.of(new ACL(Perms.ALL, new Id("digest", id))), alice.getACL(path, null));
        bob.addAuthInfo("digest", bytes("alice:secret"));
        Expect.equal((byte) 1, bob.getData(path, false, null)[0]);
        Expect.error(Code.INVALIDACL, () ->
            nobody.create(stage.path("none"), null, Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT));
    }

    private static void permissions(Stage stage) throws Exception {
        var alice = as(stage, "alice:secret");
        var nobody = stage.zooKeeper();
        var acl = Arrays.asList(
            new ACL(Perms.ALL, Ids.AUTH_IDS), new ACL(Perms.READ | Perms.CREATE, Ids.ANYONE_ID_UNSAFE));
        var path = alice.create(stage.path("node"), new byte[] {1}, acl, CreateMode.PERSISTENT);
        nobody.create(path + "/child", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        Expect.equal(List.of("child"), nobody.getChildren(path, false));
        Expect.error(Code.NOAUTH, () -> nobody.setData(path, null, -1));
        Expect.error(Code.NOAUTH, () -> {
            nobody.delete(path + "/child", -1);
            return null;
        });

        // The hash is shown only to those who administer the node.
        Expect.isTrue("a masked hash", nobody.getACL(path, null).contains(
            new ACL(Perms.ALL, new Id("digest", "alice:x"))));
        var elsewhere = create(nobody, stage.path("elsewhere"), acl("ip", "10.0.0.0/8"));
        Expect.error(Code.NOAUTH, () -> nobody.getData(elsewhere, false, null));
        var here = create(nobody, stage.path("here"), acl("ip", "127.0.0.0/8"));
        nobody.setData(here, new byte[] {2}, -1);
    }

    private static void aclVersions(Stage stage) throws Exception {
        var client = stage.zooKeeper();
        var path = create(client, stage.path("node"), Ids.OPEN_ACL_UNSAFE);
        Expect.equal(1, client.setACL(path, Ids.READ_ACL_UNSAFE, 0).getAversion());
        var stat = new Stat();
        Expect.equal(Ids.READ_ACL_UNSAFE, client.getACL(path, stat));
        Expect.equal(1, stat.getAversion());
        Expect.equal(0, stat.getVersion());
        Expect.equal(stat.getCzxid(), stat.getMzxid());
        var open = create(client, stage.path("open"), Ids.OPEN_ACL_UNSAFE);
        Expect.error(Code.BADVERSION, () -> client.setACL(open, Ids.OPEN_ACL_UNSAFE, 5));
        Expect.error(Code.INVALIDACL, () -> client.setACL(open, acl("nonsense", "x"), -1));
        Expect.error(Code.INVALIDACL, () -> client.setACL(open, acl("world", "everybody"), -1));
        Expect.error(Code.INVALIDACL, () -> client.setACL(open, acl("ip", "300.0.0.1"), -1));
        Expect.error(Code.INVALIDACL, () -> client.setACL(open, acl("digest", "alice"), -1));
        Expect.error(Code.NONODE, () -> client.setACL(stage.path("missing"), Ids.OPEN_ACL_UNSAFE, -1));
    }

    private static void unknownScheme(Stage stage) throws Exception {
        var events = new EventLog();
        var client = stage.zooKeeper(events);
        client.addAuthInfo("nonsense", bytes("x"));
        events.awaitState(KeeperState.AuthFailed);
        Expect.error(Code.AUTHFAILED, () -> client.exists("/", false));
    }

    private static void reconnect(Stage stage) throws Exception {
        var proxy = stage.proxy();
        var events = new EventLog();
        var alice = stage.zooKeeper(proxy.address(), events);
        alice.addAuthInfo("digest", bytes("alice:secret"));
        var path = alice.create(stage.path("hers"), new byte[] {1}, Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
        alice.addWatch(path, events, AddWatchMode.PERSISTENT);
        events.clear();
        proxy.cut();
        events.awaitState(KeeperState.Disconnected);
        events.awaitConnected();
        Expect.equal((byte) 1, alice.getData(path, false, null)[0]);
        alice.setData(path, null, -1);
        events.awaitEvents("NodeDataChanged " + path);
    }

    private static void whoAmI(Stage stage) throws Exception {
        var client = as(stage, "alice:secret");
        client.addAuthInfo("digest", bytes("bob:secret"));
        var users = client.whoAmI().stream().map(info -> info.getAuthScheme() + " " + info.getUser()).sorted().toList();
        Expect.equal(List.of("digest alice", "digest bob", "ip 127.0.0.1"), users);
    }

    private static void curator(Stage stage) throws Exception {
        CuratorFramework alice = stage.start(stage.builder().authorization("digest", bytes("alice:secret")));
        var nobody = stage.curator();
        var path = stage.path("a/b");
        alice.create().creatingParentsIfNeeded().withACL(Ids.CREATOR_ALL_ACL, true).forPath(path, bytes("hers"));
        Expect.error(Code.NOAUTH, () -> nobody.getData().forPath(path));
        Expect.error(Code.NOAUTH, () -> nobody.getChildren().forPath(stage.path("a")));
        alice.setACL().withVersion(0).withACL(Ids.READ_ACL_UNSAFE).forPath(path);
        Expect.equal("hers", new String(nobody.getData().forPath(path), StandardCharsets.UTF_8));
        Expect.equal(Ids.READ_ACL_UNSAFE, nobody.getACL().forPath(path));
        Expect.error(Code.NOAUTH, () -> nobody.setData().forPath(path));
    }

    private static ZooKeeper as(Stage stage, String credentials) throws Exception {
        var client = stage.zooKeeper();
        client.addAuthInfo("digest", bytes(credentials));
        return client;
    }

    private static String create(ZooKeeper client, String path, List<ACL> acl) throws Exception {
        return client.create(path, null, acl, CreateMode.PERSISTENT);
    }

    /** A list that may be asked for null, as the client does, which {@code List.of} does not stand. */
    private static List<ACL> acl(String scheme, String id) {
        return Arrays.asList(new ACL(Perms.ALL, new Id(scheme, id)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private AccessChecks() {
    }
}
