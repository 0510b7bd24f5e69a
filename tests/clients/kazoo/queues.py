"""Queues: one that hands items out, one that locks them until they are consumed."""

import threading

from case import WAIT, Case


class Queues(Case):
    def test_Queue_hands_out_by_priority_then_by_age(self):
        queue = self.zk.Queue(self.root)
        self.assertIsNone(queue.get())
        for value, priority in ((b'late', 200), (b'first', 100), (b'second', 100), (b'urgent', 1)):
            queue.put(value, priority)
        self.assertEqual(4, len(queue))
        self.assertEqual([b'urgent', b'first', b'second', b'late', None], [queue.get() for _ in range(5)])
        self.assertEqual(0, len(queue))

    def test_Queue_hands_every_item_to_one_of_many(self):
        items = sorted(b'%d' % i for i in range(40))
        for item in items:
            self.zk.Queue(self.root).put(item)
        gotten = []

        def consume(client):
            queue = client.Queue(self.root)
            while (item := queue.get()) is not None:
                gotten.append(item)

        for consumer in [self.run_beside(consume, self.client()) for _ in range(3)]:
            consumer.result(WAIT)
        self.assertEqual(items, sorted(gotten))

    def test_LockingQueue_keeps_an_item_until_it_is_consumed(self):
        mine, other = self.zk.LockingQueue(self.root), self.client().LockingQueue(self.root)
        mine.put_all([b'one', b'two'])
        mine.put(b'urgent', priority=1)
        self.assertEqual((3, b'urgent'), (len(mine), mine.get(WAIT)))
        self.assertEqual(b'urgent', mine.get(WAIT))
        self.assertTrue(mine.holds_lock())
        self.assertEqual(b'one', other.get(WAIT))
        self.assertTrue(mine.consume())
        self.assertFalse(mine.holds_lock())
        self.assertFalse(mine.consume())
        self.assertEqual((2, b'two'), (len(mine), mine.get(WAIT)))

    def test_LockingQueue_gives_a_released_item_to_another(self):
        mine, other = self.zk.LockingQueue(self.root), self.client().LockingQueue(self.root)
        mine.put(b'item')
        self.assertEqual(b'item', mine.get(WAIT))
        self.assertIsNone(other.get(0.2))
        getting = self.run_beside(self.client().LockingQueue(self.root).get, WAIT)
        self.assertTrue(mine.release())
        self.assertEqual(b'item', getting.result(WAIT))

    def test_LockingQueue_gives_the_item_of_an_ended_session_to_another(self):
        holder = self.client()
        self.zk.LockingQueue(self.root).put(b'item')
        self.assertEqual(b'item', holder.LockingQueue(self.root).get(WAIT))
        getting = self.run_beside(self.zk.LockingQueue(self.root).get, WAIT)
        holder.stop()
        self.assertEqual(b'item', getting.result(WAIT))

    def test_LockingQueue_waits_for_an_item(self):
        getting = self.run_beside(self.client().LockingQueue(self.root).get, WAIT)
        self.zk.LockingQueue(self.root).put(b'item')
        self.assertEqual(b'item', getting.result(WAIT))

    def test_LockingQueue_gives_every_item_to_one_of_many(self):
        items = sorted(b'%d' % i for i in range(20))
        self.zk.LockingQueue(self.root).put_all(items)
        consumed = []
        all_consumed = threading.Event()

        def consume(client):
            queue = client.LockingQueue(self.root)
            while not all_consumed.is_set():
                item = queue.get(0.1)
                if item is not None and queue.consume():
                    consumed.append(item)
                    if len(consumed) >= len(items):
                        all_consumed.set()

        for consumer in [self.run_beside(consume, self.client()) for _ in range(3)]:
            consumer.result(WAIT)
        self.assertEqual(items, sorted(consumed))
        self.assertEqual(0, len(self.zk.LockingQueue(self.root)))
