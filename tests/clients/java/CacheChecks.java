import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.cache.NodeCache;
import org.apache.curator.framework.recipes.cache.PathChildrenCache;
import org.apache.curator.framework.recipes.cache.TreeCache;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.curator.framework.state.ConnectionState;

/** Curator's copies of parts of the tree, which must be true again after every change and every lost connection. */
@SuppressWarnings("deprecation")
final class CacheChecks {
    static void addTo(Suite suite) {
        suite.add("cache: of a whole subtree", CacheChecks::curatorCache);
        suite.add("cache: of a whole subtree, after a lost connection", CacheChecks::curatorCacheReconnects);
        suite.add("cache: of one node", CacheChecks::nodeCache);
        suite.add("cache: of the children", CacheChecks::pathChildrenCache);
        suite.add("cache: of a tree with one-shot watches", CacheChecks::treeCache);
        suite.add("cache: a persistent watcher goes on after a lost connection", CacheChecks::persistentWatcher);
    }

    private static void curatorCache(Stage stage) throws Exception {
        var writer = stage.curator();
        writer.create().creatingParentsIfNeeded().forPath(stage.path("top/a/b"), new byte[] {1});
        var cache = stage.closeLater(CuratorCache.build(stage.curator(), stage.path("top")));
        var heard = new CopyOnWriteArrayList<String>();
        cache.listenable().addListener(CuratorCacheListener.builder()
            .forCreates(node -> heard.add("created " + node.getPath()))
            .forChanges((before, after) -> heard.add("changed " + after.getPath() + " to " + after.getData()[0]))
            .forDeletes(node -> heard.add("deleted " + node.getPath()))
            .forInitialized(() -> heard.add("initialized")).afterInitialized().build());
        cache.start();
        Expect.eventually("the first copy", () -> heard.contains("initialized"));
        Expect.equal(3, cache.size());
        writer.create().forPath(stage.path("top/c"), new byte[] {2});
        Expect.eventually("the new node", () -> heard.contains("created " + stage.path("top/c")));
        writer.setData().forPath(stage.path("top/a/b"), new byte[] {3});
        Expect.eventually("the new data", () -> heard.contains("changed " + stage.path("top/a/b") + " to 3"));
        writer.delete().deletingChildrenIfNeeded().forPath(stage.path("top/a"));
        Expect.eventually("the end of the parent", () -> heard.contains("deleted " + stage.path("top/a")));
        Expect.eventually("the end of the child", () -> heard.contains("deleted " + stage.path("top/a/b")));
        Expect.equal(Map.of(stage.path("top"), writer.getData().forPath(stage.path("top")).length,
            stage.path("top/c"), 1), contents(cache));
    }

    private static void curatorCacheReconnects(Stage stage) throws Exception {
        var writer = stage.curator();
        writer.create().creatingParentsIfNeeded().forPath(stage.path("top/a"), new byte[1]);
        writer.create().forPath(stage.path("top/b"), new byte[1]);
        var proxy = stage.proxy();
        var client = stage.curator(proxy.address(), 20_000);
        var cache = stage.closeLater(CuratorCache.build(client, stage.path("top")));
        cache.start();
        Expect.eventually("the first copy", () -> cache.size() == 3);
        for (var round = 2; round < 4; round++) {
            leave(client, proxy);
            writer.setData().forPath(stage.path("top/a"), new byte[round]);
            writer.create().forPath(stage.path("top/new-" + round), new byte[round]);
            writer.delete().forPath(round == 2 ? stage.path("top/b") : stage.path("top/new-2"));
            comeBack(client, proxy);
            Expect.eventually("the copy to be true again", () -> contents(cache).equals(contents(writer, stage)));
            writer.create().forPath(stage.path("top/after-" + round), new byte[round]);
            Expect.eventually("the copy to go on", () -> contents(cache).equals(contents(writer, stage)));
        }
    }

    private static void nodeCache(Stage stage) throws Exception {
        var writer = stage.curator();
        var path = stage.path("node");
        var proxy = stage.proxy();
        var client = stage.curator(proxy.address(), 20_000);
        var cache = stage.closeLater(new NodeCache(client, path));
        cache.start(true);
        Expect.equal(null, cache.getCurrentData());
        writer.create().creatingParentsIfNeeded().forPath(path, new byte[1]);
        Expect.eventually("the node", () -> cache.getCurrentData() != null);
        writer.setData().forPath(path, new byte[2]);
        Expect.eventually("its data", () -> cache.getCurrentData().getData().length == 2);
        leave(client, proxy);
        writer.setData().forPath(path, new byte[3]);
        comeBack(client, proxy);
        Expect.eventually("its data", () -> cache.getCurrentData().getData().length == 3);
        writer.delete().forPath(path);
        Expect.eventually("its end", () -> cache.getCurrentData() == null);
    }

    private static void pathChildrenCache(Stage stage) throws Exception {
        var writer = stage.curator();
        writer.create().creatingParentsIfNeeded().forPath(stage.path("a"), new byte[1]);
        var cache = stage.closeLater(new PathChildrenCache(stage.curator(), stage.root, true));
        cache.start(PathChildrenCache.StartMode.BUILD_INITIAL_CACHE);
        Expect.equal(1, cache.getCurrentData().size());
        writer.create().forPath(stage.path("b"), new byte[1]);
        Expect.eventually("the new child", () -> cache.getCurrentData(stage.path("b")) != null);
        writer.setData().forPath(stage.path("a"), new byte[2]);
        Expect.eventually("the new data", () -> cache.getCurrentData(stage.path("a")).getData().length == 2);
        writer.delete().forPath(stage.path("a"));
        Expect.eventually("the end of a child", () -> cache.getCurrentData(stage.path("a")) == null);
    }

    private static void treeCache(Stage stage) throws Exception {
        var writer = stage.curator();
        var cache = stage.closeLater(new TreeCache(stage.curator(), stage.root));
        cache.start();
        writer.create().creatingParentsIfNeeded().forPath(stage.path("a/b"), new byte[1]);
        Expect.eventually("the new nodes", () -> cache.getCurrentData(stage.path("a/b")) != null);
        writer.setData().forPath(stage.path("a/b"), new byte[2]);
        Expect.eventually("the new data", () -> cache.getCurrentData(stage.path("a/b")).getData().length == 2);
        writer.delete().deletingChildrenIfNeeded().forPath(stage.path("a"));
        Expect.eventually("their end", () -> cache.getCurrentData(stage.path("a")) == null);
        writer.create().forPath(stage.path("a"), new byte[3]);
        Expect.eventually("the node again", () -> cache.getCurrentData(stage.path("a")) != null);
    }

    private static void persistentWatcher(Stage stage) throws Exception {
        var writer = stage.curator();
        var proxy = stage.proxy();
        var client = stage.curator(proxy.address(), 20_000);
        var events = new EventLog();
        var watcher = stage.closeLater(new PersistentWatcher(client, stage.root, true));
        var resets = new CopyOnWriteArrayList<Boolean>();
        watcher.getListenable().addListener(events);
        watcher.getResetListenable().addListener(() -> resets.add(true));
        watcher.start();
        Expect.eventually("the watch", () -> resets.size() > 0);
        writer.create().forPath(stage.root);
        events.awaitEvents("NodeCreated " + stage.root);
        leave(client, proxy);
        var before = resets.size();
        comeBack(client, proxy);
        Expect.eventually("the watch again", () -> resets.size() > before);
        writer.create().forPath(stage.path("a"));
        events.awaitEvents("NodeCreated " + stage.root, "NodeCreated " + stage.path("a"));
    }

    private static void leave(CuratorFramework client, TcpProxy proxy) throws Exception {
        proxy.block();
        Expect.eventually("the connection to be lost", () -> !client.getZookeeperClient().isConnected());
    }

    private static void comeBack(CuratorFramework client, TcpProxy proxy) throws Exception {
        proxy.restore();
        Expect.eventually("the connection to be back", () -> client.getZookeeperClient().isConnected());
    }

    private static Map<String, Integer> contents(CuratorCache cache) {
        var contents = new TreeMap<String, Integer>();
        cache.stream().forEach(node -> contents.put(node.getPath(), node.getData().length));
        return contents;
    }

    private static Map<String, Integer> contents(CuratorFramework client, Stage stage) throws Exception {
        var top = stage.path("top");
        var contents = new TreeMap<String, Integer>();
        contents.put(top, client.getData().forPath(top).length);
        for (var child : client.getChildren().forPath(top)) {
            contents.put(top + "/" + child, client.getData().forPath(top + "/" + child).length);
        }

        return contents;
    }

    private CacheChecks() {
    }
}
