import java.util.Arrays;
import java.util.List;

/**
 * Drives several instances of one service with ZooKeeper's own Java client and with Curator, and prints one line per
 * check: {@code ok NAME} or {@code not ok NAME: WHY}. The arguments are the loopback ports of the instances.
 */
final class ClusterMain {
    public static void main(String[] ports) throws Exception {
        var servers = Arrays.stream(ports).map(port -> "127.0.0.1:" + port).toList();
        var suite = new Suite(String.join(",", servers), List.of());
        new ClusterChecks(servers).addTo(suite);
        suite.run();

        // Threads that a failed check left behind must not keep the program.
        System.exit(0);
    }

    private ClusterMain() {
    }
}
