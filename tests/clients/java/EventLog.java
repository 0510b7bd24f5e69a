import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;

/** A watcher that keeps what it is told, in order: events of nodes as {@code NodeCreated /path}, and states apart. */
final class EventLog implements Watcher {
    private final List<String> events = new ArrayList<>();
    private final List<KeeperState> states = new ArrayList<>();

    @Override
    public synchronized void process(WatchedEvent event) {
        if (event.getType() == EventType.None) {
            states.add(event.getState());
        } else {
            events.add(event.getType() + " " + event.getPath());
        }
    }

    /** The events so far. */
    synchronized List<String> events() {
        return List.copyOf(events);
    }

    synchronized boolean hasState(KeeperState state) {
        return states.contains(state);
    }

    /** Forgets all that it was told. */
    synchronized void clear() {
        events.clear();
        states.clear();
    }

    void awaitConnected() throws Exception {
        awaitState(KeeperState.SyncConnected);
    }

    void awaitState(KeeperState state) throws Exception {
        Expect.eventually("the state " + state, () -> hasState(state));
    }

    /** Waits until there are as many events as expected, which must be exactly these, in this order. */
    void awaitEvents(String... expected) throws Exception {
        Expect.soon(() -> events().size() >= expected.length);
        Expect.equal(List.of(expected), events());
    }

    /** As {@link #awaitEvents}, in any order. */
    void awaitEventsInAnyOrder(String... expected) throws Exception {
        Expect.soon(() -> events().size() >= expected.length);
        Expect.equal(List.of(expected).stream().sorted().toList(), events().stream().sorted().toList());
    }
}
