import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.recipes.locks.InterProcessLock;
import org.apache.curator.framework.recipes.locks.InterProcessMultiLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Revoker;
import org.apache.curator.framework.recipes.shared.SharedCount;

/** Curator's locks, each contended by several clients. */
final class LockChecks {
    /** How long to wait for a lock that must not be had. */
    private static final int REFUSAL_MS = 300;

    private static final int MAX_SECONDS = 30;

    static void addTo(Suite suite) {
        suite.add("lock: a contended mutex has one holder at a time", LockChecks::mutex);
        suite.add("lock: a mutex passes on when its holder's session ends", LockChecks::lostHolder);
        suite.add("lock: a mutex that is asked for is given up", LockChecks::revocation);
        suite.add("lock: readers share, a writer is alone", LockChecks::readWrite);
        suite.add("lock: a semaphore lends as many leases as it has", LockChecks::semaphore);
        suite.add("lock: a semaphore's size is a shared count", LockChecks::sharedSize);
        suite.add("lock: a semaphore mutex belongs to no thread", LockChecks::semaphoreMutex);
        suite.add("lock: several locks as one", LockChecks::multiLock);
    }

    private static void mutex(Stage stage) throws Exception {
        var holders = new AtomicInteger();
        var turns = new AtomicInteger();
        var tasks = new ArrayList<Callable<Void>>();
        for (var i = 0; i < 4; i++) {
            var lock = new InterProcessMutex(stage.curator(), stage.path("lock"));
            tasks.add(() -> {
                for (var turn = 0; turn < 5; turn++) {
                    acquire(lock);
                    Expect.equal(1, holders.incrementAndGet());
                    acquire(lock);
                    turns.incrementAndGet();
                    Thread.sleep(2);
                    lock.release();
                    holders.decrementAndGet();
                    lock.release();
                }

                return null;
            });
        }

        runAll(tasks);
        Expect.equal(20, turns.get());
    }

    private static void lostHolder(Stage stage) throws Exception {
        var proxy = stage.proxy();
        var holder = new InterProcessMutex(
            stage.curator(proxy.address(), Stage.SESSION_TIMEOUT_MS), stage.path("lock"));
        var next = new InterProcessMutex(stage.curator(), stage.path("lock"));
        acquire(holder);
        refuse(next);
        proxy.block();
        acquire(next);
    }

    private static void revocation(Stage stage) throws Exception {
        var holder = stage.curator();
        var lock = new InterProcessMutex(holder, stage.path("lock"));
        var asked = new AtomicBoolean();
        lock.makeRevocable(held -> asked.set(true));
        acquire(lock);
        var nodes = holder.getChildren().forPath(stage.path("lock"));
        Revoker.attemptRevoke(stage.curator(), stage.path("lock/" + nodes.get(0)));
        Expect.eventually("the holder to be asked", asked::get);
        lock.release();
    }

    private static void readWrite(Stage stage) throws Exception {
        var first = new InterProcessReadWriteLock(stage.curator(), stage.path("lock"));
        var second = new InterProcessReadWriteLock(stage.curator(), stage.path("lock"));
        acquire(first.readLock());
        acquire(second.readLock());
        first.readLock().release();
        refuse(first.writeLock());
        second.readLock().release();

        // The writer may go on as a reader; then others may read too.
        acquire(first.writeLock());
        refuse(second.readLock());
        refuse(second.writeLock());
        acquire(first.readLock());
        first.writeLock().release();
        acquire(second.readLock());
        refuse(second.writeLock());
        first.readLock().release();
        second.readLock().release();
        acquire(second.writeLock());
        second.writeLock().release();
    }

    private static void semaphore(Stage stage) throws Exception {
        var first = new InterProcessSemaphoreV2(stage.curator(), stage.path("semaphore"), 3);
        var second = new InterProcessSemaphoreV2(stage.curator(), stage.path("semaphore"), 3);
        var leases = new ArrayList<>(first.acquire(2, MAX_SECONDS, TimeUnit.SECONDS));
        leases.add(second.acquire(MAX_SECONDS, TimeUnit.SECONDS));
        Expect.equal(null, second.acquire(REFUSAL_MS, TimeUnit.MILLISECONDS));
        Expect.equal(3, second.getParticipantNodes().size());
        first.returnLease(leases.remove(0));
        leases.add(second.acquire(MAX_SECONDS, TimeUnit.SECONDS));
        Expect.isTrue("a lease", leases.get(2) != null);
        first.returnAll(leases);
        Expect.equal(0, first.getParticipantNodes().size());
    }

    private static void sharedSize(Stage stage) throws Exception {
        var client = stage.curator();
        var size = stage.closeLater(new SharedCount(client, stage.path("size"), 1));
        size.start();
        var semaphore = new InterProcessSemaphoreV2(client, stage.path("semaphore"), size);
        Expect.isTrue("a lease", semaphore.acquire(MAX_SECONDS, TimeUnit.SECONDS) != null);
        Expect.equal(null, semaphore.acquire(REFUSAL_MS, TimeUnit.MILLISECONDS));
        size.setCount(2);
        Expect.isTrue("another lease", semaphore.acquire(MAX_SECONDS, TimeUnit.SECONDS) != null);
    }

    private static void semaphoreMutex(Stage stage) throws Exception {
        var first = new InterProcessSemaphoreMutex(stage.curator(), stage.path("lock"));
        var second = new InterProcessSemaphoreMutex(stage.curator(), stage.path("lock"));
        acquire(first);
        refuse(first);
        refuse(second);
        runAll(List.of(() -> {
            first.release();
            return null;
        }));
        acquire(second);
        second.release();
    }

    private static void multiLock(Stage stage) throws Exception {
        var paths = List.of(stage.path("a"), stage.path("b"));
        var both = new InterProcessMultiLock(stage.curator(), paths);
        var other = new InterProcessMutex(stage.curator(), stage.path("b"));
        acquire(other);
        refuse(both);
        other.release();
        acquire(both);
        refuse(other);
        both.release();
        acquire(other);
        other.release();
    }

    private static void acquire(InterProcessLock lock) throws Exception {
        Expect.isTrue("the lock in time", lock.acquire(MAX_SECONDS, TimeUnit.SECONDS));
    }

    private static void refuse(InterProcessLock lock) throws Exception {
        Expect.isTrue("the lock to be held", !lock.acquire(REFUSAL_MS, TimeUnit.MILLISECONDS));
    }

    private static void runAll(List<Callable<Void>> tasks) throws Exception {
        var threads = Executors.newFixedThreadPool(tasks.size());
        try {
            for (Future<Void> task : threads.invokeAll(tasks)) {
                task.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private LockChecks() {
    }
}
