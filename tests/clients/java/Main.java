import java.nio.file.Path;
import java.util.Arrays;

/**
 * Drives a server with ZooKeeper's own Java client and with Curator, and prints one line per check: {@code ok NAME} or
 * {@code not ok NAME: WHY}. The arguments are three loopback ports, the server's, its TLS port, and that of its control,
 * by which it is killed and started again; a folder with certificates; and, to run only some checks, the beginnings of
 * names.
 */
final class Main {
    public static void main(String[] arguments) throws Exception {
        var server = "127.0.0.1:" + arguments[0];
        var tlsPort = Integer.parseInt(arguments[1]);
        var control = new ServerControl(Integer.parseInt(arguments[2]));
        var certificates = Path.of(arguments[3]);
        var chosen = Arrays.asList(arguments).subList(4, arguments.length);
        var suite = new Suite(server, chosen);
        SessionChecks.addTo(suite);
        ReconnectChecks.addTo(suite);
        LeaderChecks.addTo(suite);
        NodeRecipeChecks.addTo(suite);
        CuratorChecks.addTo(suite);
        CacheChecks.addTo(suite);
        ReapingChecks.addTo(suite);
        LockChecks.addTo(suite);
        BarrierChecks.addTo(suite);
        CounterChecks.addTo(suite);
        QueueChecks.addTo(suite);
        WatchChecks.addTo(suite);
        MultiChecks.addTo(suite);
        AccessChecks.addTo(suite);
        ClientChecks.addTo(suite);
        new TransportChecks(tlsPort, certificates).addTo(suite);
        suite.run();

        // By themselves, for the others would not like what is done to the server.
        var restarts = new Suite(server, chosen);
        new RestartChecks(control).addTo(restarts);
        restarts.run();

        // Threads that a failed check left behind must not keep the program.
        System.exit(0);
    }

    private Main() {
    }
}
