import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;

/** Curator's barriers. */
final class BarrierChecks {
    private static final int MAX_SECONDS = 30;

    static void addTo(Suite suite) {
        suite.add("barrier: waiters go on when it is removed", BarrierChecks::barrier);
        suite.add("barrier: members enter together and leave together", BarrierChecks::doubleBarrier);
    }

    private static void barrier(Stage stage) throws Exception {
        var owner = new DistributedBarrier(stage.curator(), stage.path("barrier"));
        var waiter = new DistributedBarrier(stage.curator(), stage.path("barrier"));
        owner.setBarrier();
        Expect.isTrue("the barrier to hold", !waiter.waitOnBarrier(300, TimeUnit.MILLISECONDS));
        var passed = new CompletableFuture<Boolean>();
        var thread = new Thread(() -> {
            try {
                passed.complete(waiter.waitOnBarrier(MAX_SECONDS, TimeUnit.SECONDS));
            } catch (Exception failure) {
                passed.completeExceptionally(failure);
            }
        });
        thread.start();
        owner.removeBarrier();
        Expect.equal(true, passed.get(MAX_SECONDS, TimeUnit.SECONDS));
        Expect.isTrue("no barrier to wait for", waiter.waitOnBarrier(MAX_SECONDS, TimeUnit.SECONDS));
    }

    private static void doubleBarrier(Stage stage) throws Exception {
        final var members = 3;
        var entered = new AtomicInteger();
        var leaving = new AtomicInteger();
        var threads = Executors.newFixedThreadPool(members);
        var running = new ArrayList<Future<?>>();
        for (var i = 0; i < members; i++) {
            var late = i * 150L;
            var barrier = new DistributedDoubleBarrier(stage.curator(), stage.path("barrier"), members);
            running.add(threads.submit(() -> {
                Thread.sleep(late);
                entered.incrementAndGet();
                Expect.isTrue("to enter in time", barrier.enter(MAX_SECONDS, TimeUnit.SECONDS));
                Expect.equal(members, entered.get());
                Thread.sleep(late);
                leaving.incrementAndGet();
                Expect.isTrue("to leave in time", barrier.leave(MAX_SECONDS, TimeUnit.SECONDS));
                Expect.equal(members, leaving.get());
                return null;
            }));
        }

        threads.shutdown();
        for (var member : running) {
            member.get();
        }
    }

    private BarrierChecks() {
    }
}
