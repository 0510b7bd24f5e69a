import java.util.Arrays;

/**
 * Drives a server with ZooKeeper's own Java client and with Curator, and prints one line per check: {@code ok NAME} or
 * {@code not ok NAME: WHY}. The arguments are the server's address and, to run only some, the beginnings of names.
 */
final class Main {
    public static void main(String[] arguments) throws Exception {
        var suite = new Suite(arguments[0], Arrays.asList(arguments).subList(1, arguments.length));
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
        suite.run();

        // Threads that a failed check left behind must not keep the program.
        System.exit(0);
    }

    private Main() {
    }
}
