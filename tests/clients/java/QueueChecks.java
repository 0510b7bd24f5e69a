import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.queue.QueueBuilder;
import org.apache.curator.framework.recipes.queue.QueueConsumer;
import org.apache.curator.framework.recipes.queue.QueueSerializer;
import org.apache.curator.framework.recipes.queue.SimpleDistributedQueue;
import org.apache.curator.framework.state.ConnectionState;

/** Curator's queues. */
final class QueueChecks {
    static void addTo(Suite suite) {
        suite.add("queue: a simple one gives what it took, in order", QueueChecks::simple);
        suite.add("queue: a safe one hands over each item once", QueueChecks::safe);
        suite.add("queue: the smaller priority comes first", QueueChecks::priority);
    }

    private static void simple(Stage stage) throws Exception {
        var writer = new SimpleDistributedQueue(stage.curator(), stage.path("queue"));
        var reader = new SimpleDistributedQueue(stage.curator(), stage.path("queue"));
        for (byte i = 0; i < 5; i++) {
            writer.offer(new byte[] {i});
        }

        for (byte i = 0; i < 5; i++) {
            Expect.equal(i, reader.poll(30, TimeUnit.SECONDS)[0]);
        }

        Expect.equal(null, reader.poll());
    }

    private static void safe(Stage stage) throws Exception {
        var consumer = new Consumer();
        for (var i = 0; i < 2; i++) {
            var queue = stage.closeLater(QueueBuilder
                .builder(stage.curator(), consumer, new Texts(), stage.path("queue"))
                .lockPath(stage.path("locks")).buildQueue());
            queue.start();
            for (var item = 0; item < 5; item++) {
                queue.put(i + "-" + item);
            }
        }

        Expect.eventually("all items", () -> consumer.items.size() >= 10);
        Expect.equal(10L, consumer.items.stream().distinct().count());
        Expect.equal(10, consumer.items.size());
    }

    private static void priority(Stage stage) throws Exception {
        var client = stage.curator();
        var producer = stage.closeLater(
            QueueBuilder.builder(client, null, new Texts(), stage.path("queue")).buildPriorityQueue(0));
        producer.start();
        producer.put("third", 30);
        producer.put("first", 10);
        producer.put("second", 20);
        producer.flushPuts(30, TimeUnit.SECONDS);
        var consumer = new Consumer();
        var queue = stage.closeLater(
            QueueBuilder.builder(client, consumer, new Texts(), stage.path("queue")).buildPriorityQueue(0));
        queue.start();
        Expect.eventually("all items", () -> consumer.items.size() == 3);
        Expect.equal(List.of("first", "second", "third"), consumer.items);
    }

    private static final class Consumer implements QueueConsumer<String> {
        final List<String> items = new CopyOnWriteArrayList<>();

        @Override
        public void consumeMessage(String item) {
            items.add(item);
        }

        @Override
        public void stateChanged(CuratorFramework client, ConnectionState state) {
            // The connection is none of these checks' business.
        }
    }

    private static final class Texts implements QueueSerializer<String> {
        @Override
        public byte[] serialize(String item) {
            return item.getBytes();
        }

        @Override
        public String deserialize(byte[] bytes) {
            return new String(bytes);
        }
    }

    private QueueChecks() {
    }
}
