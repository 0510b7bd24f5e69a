import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.leader.Participant;

/** Curator's two ways to choose a leader. */
final class LeaderChecks {
    static void addTo(Suite suite) {
        suite.add("leader: a latch has one leader, and the next when it leaves", LeaderChecks::latch);
        suite.add("leader: a latch whose leader is cut off chooses another", LeaderChecks::cutOff);
        suite.add("leader: selectors lead in turns, one at a time", LeaderChecks::selectors);
    }

    private static void latch(Stage stage) throws Exception {
        var latches = new ArrayList<LeaderLatch>();
        for (var i = 0; i < 3; i++) {
            latches.add(start(stage, stage.curator(), "member-" + i));
        }

        for (var left = 3; left > 0; left--) {
            var count = left;
            Expect.eventually("a leader among " + left, () -> leaders(latches).size() == 1);
            var leader = leaders(latches).get(0);
            Expect.eventually("all to take part", () -> leader.getParticipants().size() == count);
            for (var latch : latches) {
                Expect.eventually("the leader to be known", () -> latch.getLeader().getId().equals(leader.getId()));
            }

            latches.remove(leader);
            leader.close();
        }
    }

    private static void cutOff(Stage stage) throws Exception {
        var proxy = stage.proxy();
        var first = start(stage, stage.curator(proxy.address(), Stage.SESSION_TIMEOUT_MS), "first");
        Expect.eventually("the first to lead", first::hasLeadership);
        var second = start(stage, stage.curator(), "second");
        proxy.block();
        Expect.eventually("the first to give up", () -> !first.hasLeadership());
        Expect.eventually("the second to lead", second::hasLeadership);
        proxy.restore();
        Expect.eventually("the first to be back", () -> second.getParticipants().stream()
            .map(Participant::getId).sorted().toList().equals(List.of("first", "second")));
        Expect.isTrue("the second still to lead", second.hasLeadership() && !first.hasLeadership());
    }

    private static void selectors(Stage stage) throws Exception {
        var leading = new AtomicInteger();
        var most = new AtomicInteger();
        Set<Integer> led = new ConcurrentSkipListSet<>();
        for (var i = 0; i < 3; i++) {
            var number = i;
            var listener = new LeaderSelectorListenerAdapter() {
                @Override
                public void takeLeadership(CuratorFramework client) throws Exception {
                    most.accumulateAndGet(leading.incrementAndGet(), Math::max);
                    led.add(number);
                    Thread.sleep(20);
                    leading.decrementAndGet();
                }
            };
            var selector = stage.closeLater(new LeaderSelector(stage.curator(), stage.path("leader"), listener));
            selector.autoRequeue();
            selector.start();
        }

        Expect.eventually("each to have led", () -> led.size() == 3);
        Expect.equal(1, most.get());
    }

    private static LeaderLatch start(Stage stage, CuratorFramework client, String id) throws Exception {
        var latch = stage.closeLater(new LeaderLatch(client, stage.path("latch"), id));
        latch.start();
        return latch;
    }

    private static List<LeaderLatch> leaders(List<LeaderLatch> latches) {
        return latches.stream().filter(LeaderLatch::hasLeadership).toList();
    }

    private LeaderChecks() {
    }
}
