import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/** The client's other ways to connect: over Netty, which cuts the stream differently, and over TLS. */
final class TransportChecks {
    private static final String SUBJECT = "CN=alice,O=WebCoord";

    private final int tlsPort;
    private final Path certificates;

    /** The folder has the files {@code trusted.pem} and {@code alice.pem}. */
    TransportChecks(int tlsPort, Path certificates) {
        this.tlsPort = tlsPort;
        this.certificates = certificates;
    }

    void addTo(Suite suite) {
        suite.add("transport: Netty", this::netty);
        suite.add("transport: TLS, where the certificate is the client's identity", this::tls);
    }

    private void netty(Stage stage) throws Exception {
        var plain = stage.zooKeeper();
        var events = new EventLog();
        var client = connect(stage, stage.server(), nettyConfig(), events);
        var path = stage.path("large");
        var data = new byte[900_000];
        Arrays.fill(data, (byte) 7);
        client.exists(path, true);
        client.create(path, data, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        events.awaitEvents("NodeCreated " + path);
        Expect.isTrue("the same bytes", Arrays.equals(data, client.getData(path, false, null)));
        client.close();
        Expect.equal(null, plain.exists(path, false));
    }

    private void tls(Stage stage) throws Exception {
        var stranger = stage.zooKeeper();
        var events = new EventLog();
        var alice = connect(stage, "localhost:" + tlsPort, tlsConfig(), events);
        var path = alice.create(stage.path("hers"), new byte[] {1}, Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
        Expect.equal(List.of(new ACL(Perms.ALL, new Id("x509", SUBJECT))), alice.getACL(path, null));
        Expect.error(Code.NOAUTH, () -> stranger.getData(path, false, null));
        Expect.equal((byte) 1, alice.getData(path, true, null)[0]);
        alice.setData(path, new byte[] {2}, 0);
        events.awaitEvents("NodeDataChanged " + path);
        var users = alice.whoAmI().stream().map(info -> info.getAuthScheme() + " " + info.getUser()).sorted().toList();
        Expect.equal(List.of("ip 127.0.0.1", "x509 " + SUBJECT), users);
        Expect.isTrue("no broken connection", !events.hasState(KeeperState.Disconnected));
    }

    private static ZooKeeper connect(Stage stage, String address, ZKClientConfig config, EventLog events)
        throws Exception {
        var client = stage.closeLater(new ZooKeeper(address, 20_000, events, config));
        events.awaitConnected();
        return client;
    }

    private static ZKClientConfig nettyConfig() {
        var config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "org.apache.zookeeper.ClientCnxnSocketNetty");
        return config;
    }

    private ZKClientConfig tlsConfig() {
        var config = nettyConfig();
        config.setProperty(ZKClientConfig.SECURE_CLIENT, "true");
        config.setProperty("zookeeper.ssl.trustStore.location", certificates.resolve("trusted.pem").toString());
        config.setProperty("zookeeper.ssl.keyStore.location", certificates.resolve("alice.pem").toString());
        return config;
    }
}
