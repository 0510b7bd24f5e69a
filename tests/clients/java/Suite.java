import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs checks side by side, since most of them wait most of the time, and reports each as soon as it is over. A check
 * that takes too long is interrupted and has failed.
 */
final class Suite {
    /** So many that waiting costs little, so few that their connections stay below a server's limit per address. */
    private static final int CHECKS_AT_ONCE = 8;

    private static final int MAX_SECONDS = 90;

    /** For all checks together; without a server that answers, all would take their full time. */
    private static final long MAX_TOTAL_NANOSECONDS = 180 * 1_000_000_000L;

    private final String server;
    private final List<String> chosen;

    /** Tells the nodes of this run from those of earlier ones on the same server. */
    private final long run = System.currentTimeMillis();

    private final long begin = System.nanoTime();

    private final List<Callable<Void>> checks = new ArrayList<>();

    Suite(String server, List<String> chosen) {
        this.server = server;
        this.chosen = chosen;
    }

    void add(String name, Check check) {
        if (chosen.isEmpty() || chosen.stream().anyMatch(name::startsWith)) {
            var root = "/check-" + run + "-" + checks.size();
            checks.add(() -> run(name, root, check));
        }
    }

    void run() throws InterruptedException {
        var runners = Executors.newFixedThreadPool(CHECKS_AT_ONCE);
        runners.invokeAll(checks);
        runners.shutdown();
    }

    private Void run(String name, String root, Check check) {
        var start = System.nanoTime();
        try {
            runInTime(root, check);
            report("ok " + name, start);
        } catch (ExecutionException failure) {
            report("not ok " + name + ": " + describe(failure.getCause()), start);
        } catch (Throwable failure) {
            report("not ok " + name + ": " + describe(failure), start);
        }

        return null;
    }

    private void runInTime(String root, Check check) throws Exception {
        if (System.nanoTime() - begin > MAX_TOTAL_NANOSECONDS - MAX_SECONDS * 1_000_000_000L) {
            throw new AssertionError("not begun, for the checks before took too long");
        }

        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (var stage = new Stage(server, root)) {
            Future<Void> running = thread.submit(() -> {
                check.run(stage);
                return null;
            });
            try {
                running.get(MAX_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException late) {
                running.cancel(true);
                throw new AssertionError("not done after " + MAX_SECONDS + " seconds");
            }
        } finally {
            thread.shutdownNow();
        }
    }

    private static synchronized void report(String line, long start) {
        System.out.println(line);
        System.err.printf("%.2f s: %s%n", (System.nanoTime() - start) / 1e9, line);
    }

    /** The failure with its stack, in one line. */
    private static String describe(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString().strip().replaceAll("\\s*\\R\\s*", " | ");
    }
}
