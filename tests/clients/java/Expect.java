import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.zookeeper.KeeperException;

/** What checks are made of: each fails with what was expected and what was there. */
final class Expect {
    /** Generous: only a check that fails waits so long. */
    private static final long MAX_WAIT_MS = 30_000;

    static void equal(Object expected, Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError("expected " + expected + ", got " + actual);
        }
    }

    static void isTrue(String what, boolean condition) {
        if (!condition) {
            throw new AssertionError("expected " + what);
        }
    }

    /** Waits until a condition holds. */
    static void eventually(String what, Callable<Boolean> condition) throws Exception {
        if (!soon(condition)) {
            throw new AssertionError("expected in time: " + what);
        }
    }

    /** Waits until a condition holds or the time is up; tells whether it holds. */
    static boolean soon(Callable<Boolean> condition) throws Exception {
        var deadline = System.nanoTime() + MAX_WAIT_MS * 1_000_000;
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                return false;
            }

            Thread.sleep(10);
        }

        return true;
    }

    /** The action must fail with this code; the failure is returned. */
    static KeeperException error(KeeperException.Code code, Callable<?> action) throws Exception {
        Object result;
        try {
            result = action.call();
        } catch (KeeperException failure) {
            equal(code, failure.code());
            return failure;
        }

        throw new AssertionError("expected the error " + code + ", got " + result);
    }

    private Expect() {
    }
}
