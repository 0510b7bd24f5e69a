import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.atomic.PromotedToLock;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.framework.recipes.shared.SharedCountListener;
import org.apache.curator.framework.recipes.shared.SharedCountReader;
import org.apache.curator.framework.recipes.shared.SharedValue;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryNTimes;

/** Curator's values that several clients change and hear of. */
final class CounterChecks {
    static void addTo(Suite suite) {
        suite.add("counter: a shared count is heard of by others", CounterChecks::sharedCount);
        suite.add("counter: a shared value refuses what is based on an old one", CounterChecks::sharedValue);
        suite.add("counter: no increment of a distributed long is lost", CounterChecks::atomicLong);
        suite.add("counter: a distributed long under a lock", CounterChecks::promotedToLock);
    }

    private static void sharedCount(Stage stage) throws Exception {
        var writer = stage.closeLater(new SharedCount(stage.curator(), stage.path("count"), 7));
        var reader = stage.closeLater(new SharedCount(stage.curator(), stage.path("count"), 0));
        var heard = new CopyOnWriteArrayList<Integer>();
        writer.start();
        reader.start();
        Expect.equal(7, reader.getCount());
        reader.addListener(new SharedCountListener() {
            @Override
            public void countHasChanged(SharedCountReader count, int newCount) {
                heard.add(newCount);
            }

            @Override
            public void stateChanged(CuratorFramework client, ConnectionState state) {
                // The connection is none of this check's business.
            }
        });
        for (var value = 8; value < 12; value++) {
            var now = value;
            writer.setCount(value);
            Expect.eventually("the count to be heard of", () -> heard.contains(now));
            Expect.equal(value, reader.getCount());
        }
    }

    private static void sharedValue(Stage stage) throws Exception {
        var first = stage.closeLater(new SharedValue(stage.curator(), stage.path("value"), new byte[] {1}));
        var second = stage.closeLater(new SharedValue(stage.curator(), stage.path("value"), new byte[] {1}));
        first.start();
        second.start();
        var old = second.getVersionedValue();
        first.setValue(new byte[] {2});
        Expect.isTrue("the old value to be refused", !second.trySetValue(old, new byte[] {3}));
        Expect.eventually("the new value", () -> second.getValue()[0] == 2);
        Expect.isTrue("the new value to be accepted",
            second.trySetValue(second.getVersionedValue(), new byte[] {3}));
    }

    private static void atomicLong(Stage stage) throws Exception {
        var tasks = new ArrayList<Callable<Void>>();
        for (var i = 0; i < 3; i++) {
            var counter = new DistributedAtomicLong(
                stage.curator(), stage.path("long"), new RetryNTimes(1_000, 1));
            tasks.add(() -> {
                for (var turn = 0; turn < 20; turn++) {
                    Expect.isTrue("the increment to succeed", counter.increment().succeeded());
                }

                return null;
            });
        }

        var threads = Executors.newFixedThreadPool(tasks.size());
        for (var task : threads.invokeAll(tasks)) {
            task.get();
        }

        threads.shutdown();
        var counter = new DistributedAtomicLong(stage.curator(), stage.path("long"), new RetryNTimes(10, 1));
        Expect.equal(60L, counter.get().postValue());
        Expect.isTrue("a wrong guess to fail", !counter.compareAndSet(59L, 0L).succeeded());
        Expect.isTrue("a right guess to succeed", counter.compareAndSet(60L, -1L).succeeded());
        Expect.equal(-1L, counter.get().postValue());
    }

    private static void promotedToLock(Stage stage) throws Exception {
        var lock = PromotedToLock.builder().lockPath(stage.path("lock"))
            .timeout(30, TimeUnit.SECONDS).retryPolicy(new RetryNTimes(10, 1)).build();
        var counter = new DistributedAtomicLong(
            stage.curator(), stage.path("long"), new RetryNTimes(0, 1), lock);
        for (var i = 1; i <= 5; i++) {
            Expect.equal((long) i, counter.increment().postValue());
        }
    }

    private CounterChecks() {
    }
}
