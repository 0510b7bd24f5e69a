"""A cache of a whole subtree."""

from kazoo.recipe.cache import TreeCache, TreeEvent

from case import Calls, Case, Proxy, eventually


class Trees(Case):
    def cache(self, client):
        calls = Calls()
        cache = TreeCache(client, self.root)
        cache.listen(lambda event: calls(event.event_type, event.event_data and event.event_data.path))
        cache.start()
        self.addCleanup(cache.close)
        calls.until(lambda kind, path: kind == TreeEvent.INITIALIZED)
        return cache, calls

    def test_TreeCache_holds_what_is_there(self):
        self.zk.create(self.root + '/a/b', b'deep', makepath=True)
        cache, _ = self.cache(self.client())
        self.assertEqual({'a'}, cache.get_children(self.root))
        self.assertEqual(b'deep', cache.get_data(self.root + '/a/b').data)
        self.assertIsNone(cache.get_data(self.root + '/missing'))

    def test_TreeCache_follows_every_change(self):
        cache, calls = self.cache(self.client())
        path = self.root + '/a'
        self.zk.create(path, b'0')
        self.assertEqual((TreeEvent.NODE_ADDED, path), calls.next())
        self.zk.create(path + '/b', b'')
        self.assertEqual((TreeEvent.NODE_ADDED, path + '/b'), calls.next())
        self.zk.set(path + '/b', b'1')
        self.assertEqual((TreeEvent.NODE_UPDATED, path + '/b'), calls.next())
        self.assertEqual(b'1', cache.get_data(path + '/b').data)
        self.zk.delete(path + '/b')
        self.assertEqual((TreeEvent.NODE_REMOVED, path + '/b'), calls.next())
        self.zk.delete(path)
        self.assertEqual((TreeEvent.NODE_REMOVED, path), calls.next())
        self.assertEqual(frozenset(), cache.get_children(self.root))

    def test_TreeCache_catches_up_after_a_reconnect(self):
        proxy = Proxy()
        self.zk.create(self.root + '/old', b'0')
        cache, calls = self.cache(self.client(port=proxy.port))
        proxy.cut()
        calls.until(lambda kind, path: kind == TreeEvent.CONNECTION_SUSPENDED)
        self.zk.set(self.root + '/old', b'1')
        self.zk.create(self.root + '/new', b'2')
        proxy.resume()
        calls.until(lambda kind, path: kind == TreeEvent.CONNECTION_RECONNECTED)
        for name, data in (('old', b'1'), ('new', b'2')):
            eventually(lambda: (node := cache.get_data(f'{self.root}/{name}')) and node.data == data)
