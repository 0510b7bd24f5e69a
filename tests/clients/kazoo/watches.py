"""Watches of single calls, and the recipes that keep watching."""

import threading
import time

from kazoo.recipe.watchers import PatientChildrenWatch

from case import WAIT, Calls, Case, Events


class Watches(Case):
    def setUp(self):
        super().setUp()
        self.other = self.client()

    def test_exists_watches_a_missing_node(self):
        events = Events()
        self.zk.exists(self.root + '/n', watch=events)
        self.other.create(self.root + '/n')
        self.assertEqual(('CREATED', self.root + '/n'), events.next())

    def test_get_and_exists_watch_data_and_deletion(self):
        for call in (self.zk.get, self.zk.exists):
            self.zk.create(self.root + '/n')
            events = Events()
            call(self.root + '/n', watch=events)
            self.other.set(self.root + '/n', b'changed')
            self.assertEqual(('CHANGED', self.root + '/n'), events.next())
            call(self.root + '/n', watch=events)
            self.other.delete(self.root + '/n')
            self.assertEqual(('DELETED', self.root + '/n'), events.next())

    def test_a_watch_fires_once(self):
        events = Events()
        self.zk.get(self.root, watch=events)
        for _ in range(3):
            self.other.set(self.root, b'')
        self.settle(self.zk)
        self.assertEqual(('CHANGED', self.root), events.next())
        self.assertTrue(events.is_empty)

    def test_the_same_data_again_is_a_change(self):
        self.zk.create(self.root + '/n', b'same')
        events = Events()
        self.zk.get(self.root + '/n', watch=events)
        self.other.set(self.root + '/n', b'same')
        self.assertEqual(('CHANGED', self.root + '/n'), events.next())

    def test_get_children_watches_children_and_deletion(self):
        self.zk.create(self.root + '/n')
        events = Events()
        self.zk.get_children(self.root + '/n', watch=events)
        self.other.create(self.root + '/n/c')
        self.assertEqual(('CHILD', self.root + '/n'), events.next())
        self.zk.get_children(self.root + '/n', watch=events, include_data=True)
        self.other.delete(self.root + '/n/c')
        self.assertEqual(('CHILD', self.root + '/n'), events.next())
        self.zk.get_children(self.root + '/n', watch=events)
        self.other.delete(self.root + '/n')
        self.assertEqual(('DELETED', self.root + '/n'), events.next())

    def test_data_of_children_and_acls_wake_nobody(self):
        data, children = Events(), Events()
        self.zk.create(self.root + '/n')
        self.zk.get(self.root, watch=data)
        self.zk.get_children(self.root, watch=children)
        self.other.set(self.root + '/n', b'changed')
        self.other.set_acls(self.root, self.other.get_acls(self.root)[0])
        self.settle(self.zk)
        self.assertTrue(data.is_empty and children.is_empty)

    def test_all_clients_that_watch_are_told(self):
        watches = []
        for client in (self.zk, self.other, self.client()):
            events = Events()
            client.get(self.root, watch=events)
            watches.append(events)
        self.other.set(self.root, b'')
        for events in watches:
            self.assertEqual(('CHANGED', self.root), events.next())

    def test_DataWatch_follows_a_node_through_its_life(self):
        calls = Calls()
        self.zk.DataWatch(self.root + '/n', lambda data, stat: calls(data, stat and stat.version))
        self.assertEqual((None, None), calls.next())
        self.other.create(self.root + '/n', b'0')
        self.assertEqual((b'0', 0), calls.next())
        self.other.set(self.root + '/n', b'1')
        self.assertEqual((b'1', 1), calls.next())
        self.other.delete(self.root + '/n')
        self.assertEqual((None, None), calls.next())
        self.other.create(self.root + '/n', b'again')
        self.assertEqual((b'again', 0), calls.next())

    def test_DataWatch_tells_the_event(self):
        calls = Calls()
        self.zk.DataWatch(self.root, lambda data, stat, event: calls(data, event))
        self.assertIsNone(calls.next()[1])
        self.other.set(self.root, b'changed')
        data, event = calls.next()
        self.assertEqual((b'changed', 'CHANGED', self.root), (data, event.type, event.path))

    def test_DataWatch_ends_when_its_function_says_so(self):
        calls = Calls(answer=False)
        self.zk.DataWatch(self.root, calls)
        calls.next()
        self.other.set(self.root, b'changed')
        self.settle(self.zk)
        self.assertTrue(calls.is_empty)

    def test_DataWatch_sees_the_last_of_many_writes(self):
        versions = []
        last = threading.Event()

        def follow(data, stat):
            versions.append(stat.version)
            self.assertEqual(b'%d' % stat.version, data)
            if stat.version == 200:
                last.set()

        self.zk.set(self.root, b'1')
        self.zk.DataWatch(self.root, follow)
        for call in [self.other.set_async(self.root, b'%d' % version) for version in range(2, 201)]:
            call.get(timeout=WAIT)
        self.assertTrue(last.wait(WAIT))
        self.assertEqual(sorted(set(versions)), versions)

    def test_ChildrenWatch_follows_the_children(self):
        calls = Calls()
        self.zk.ChildrenWatch(self.root, lambda children: calls(sorted(children)))
        self.assertEqual(([],), calls.next())
        self.other.create(self.root + '/a')
        self.assertEqual((['a'],), calls.next())
        self.other.create(self.root + '/b')
        self.assertEqual((['a', 'b'],), calls.next())
        self.other.delete(self.root + '/a')
        self.assertEqual((['b'],), calls.next())

    def test_ChildrenWatch_tells_the_event_and_ends_when_its_function_says_so(self):
        calls = Calls()
        self.zk.ChildrenWatch(self.root, lambda children, event: calls(children, event) or event is None,
                              send_event=True)
        self.assertEqual(([], None), calls.next())
        self.other.create(self.root + '/a')
        children, event = calls.next()
        self.assertEqual((['a'], 'CHILD', self.root), (children, event.type, event.path))
        self.other.create(self.root + '/b')
        self.settle(self.zk)
        self.assertTrue(calls.is_empty)

    def test_PatientChildrenWatch_waits_until_the_children_are_settled(self):
        self.zk.create(self.root + '/a')
        settled = PatientChildrenWatch(self.zk, self.root, time_boundary=0.5).start()
        time.sleep(0.1)
        self.other.create(self.root + '/b')
        children, changed = settled.get(timeout=WAIT)
        self.assertEqual(['a', 'b'], sorted(children))
        self.other.create(self.root + '/c')
        self.assertIsNotNone(changed.get(timeout=WAIT))
