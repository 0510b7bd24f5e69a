"""Locks of all kinds, semaphores and elections, contended by several clients."""

import threading
import time

from kazoo.exceptions import CancelledError, LockTimeout

from case import WAIT, Case, Inside, eventually


class Locks(Case):
    def contenders(self, count):
        return [self.client() for _ in range(count)]

    def waiting(self, count):
        """Waits until so many contenders have their nodes."""
        eventually(lambda: len(self.zk.get_children(self.root)) == count)

    def one_at_a_time(self, lock):
        """Lets several clients contend for what is to be exclusive."""
        inside = Inside()

        def contend(client):
            for _ in range(4):
                with lock(client):
                    with inside:
                        time.sleep(0.005)

        for contender in [self.run_beside(contend, client) for client in self.contenders(5)]:
            contender.result(WAIT)
        self.assertEqual((1, 20), (inside.peak, inside.visits))
        self.assertEqual([], self.zk.get_children(self.root))

    def test_Lock_lets_one_in_at_a_time(self):
        self.one_at_a_time(lambda client: client.Lock(self.root))

    def test_Lock_is_handed_on_in_the_order_of_arrival(self):
        order = []

        def contend(client, name):
            with client.Lock(self.root, name):
                order.append(name)

        with self.zk.Lock(self.root, 'first'):
            contending = []
            for number, client in enumerate(self.contenders(4)):
                contending.append(self.run_beside(contend, client, str(number)))
                self.waiting(number + 2)
            self.assertEqual(['first', '0', '1', '2', '3'], self.zk.Lock(self.root).contenders())
        for contender in contending:
            contender.result(WAIT)
        self.assertEqual(['0', '1', '2', '3'], order)

    def test_Lock_names_its_node_by_uuid_and_number(self):
        with self.zk.Lock(self.root, 'me'):
            name, = self.zk.get_children(self.root)
            self.assertRegex(name, r'\A[0-9a-f]{32}__lock__\d{10}\Z')
            data, stat = self.zk.get(self.root + '/' + name)
            self.assertEqual((b'me', self.zk.client_id[0]), (data, stat.owner_session_id))

    def test_Lock_that_is_held_is_not_waited_for_when_not_blocking(self):
        with self.zk.Lock(self.root):
            self.assertFalse(self.client().Lock(self.root).acquire(blocking=False))
            self.waiting(1)
        self.assertTrue(self.client().Lock(self.root).acquire(blocking=False))

    def test_Lock_is_waited_for_no_longer_than_the_timeout(self):
        with self.zk.Lock(self.root):
            with self.assertRaises(LockTimeout):
                self.client().Lock(self.root).acquire(timeout=0.3)
            self.waiting(1)

    def test_Lock_stops_waiting_when_it_is_cancelled(self):
        lock = self.client().Lock(self.root)
        with self.zk.Lock(self.root):
            acquiring = self.run_beside(lock.acquire)
            self.waiting(2)
            lock.cancel()
            with self.assertRaises(CancelledError):
                acquiring.result(WAIT)
            self.waiting(1)

    def test_Lock_goes_to_the_next_when_the_session_of_its_holder_ends(self):
        holder = self.client()
        holder.Lock(self.root).acquire(timeout=WAIT)
        acquiring = self.run_beside(self.zk.Lock(self.root).acquire)
        self.waiting(2)
        self.assertFalse(acquiring.done())
        holder.stop()
        self.assertTrue(acquiring.result(WAIT))

    def test_Lock_may_outlive_its_session(self):
        holder = self.client()
        holder.Lock(self.root).acquire(timeout=WAIT, ephemeral=False)
        holder.stop()
        self.assertFalse(self.zk.Lock(self.root).acquire(blocking=False))

    def test_ReadLock_is_shared_and_excludes_writers(self):
        readers = [client.ReadLock(self.root) for client in self.contenders(3)]
        for reader in readers:
            self.assertTrue(reader.acquire(timeout=WAIT))
        writing = self.run_beside(self.zk.WriteLock(self.root).acquire)
        self.waiting(4)
        for reader in readers:
            self.assertFalse(writing.done())
            reader.release()
        self.assertTrue(writing.result(WAIT))

    def test_WriteLock_excludes_readers_that_come_later(self):
        writer = self.zk.WriteLock(self.root)
        writer.acquire()
        reading = [self.run_beside(client.ReadLock(self.root).acquire) for client in self.contenders(2)]
        self.waiting(3)
        self.assertFalse(any(reader.done() for reader in reading))
        writer.release()
        for reader in reading:
            self.assertTrue(reader.result(WAIT))

    def test_WriteLock_lets_one_writer_in_at_a_time(self):
        self.one_at_a_time(lambda client: client.WriteLock(self.root))

    def test_Semaphore_lets_in_as_many_as_it_has_leases(self):
        self.zk.delete(self.root)
        one, two, three = [client.Semaphore(self.root, max_leases=2) for client in self.contenders(3)]
        self.assertTrue(one.acquire(timeout=WAIT))
        self.assertTrue(two.acquire(timeout=WAIT))
        acquiring = self.run_beside(three.acquire)
        eventually(lambda: self.zk.get_children(self.root + '-__lock__'))
        self.assertEqual((b'2', 2), (self.zk.get(self.root)[0], len(self.zk.get_children(self.root))))
        self.assertFalse(acquiring.done())
        one.release()
        self.assertTrue(acquiring.result(WAIT))

    def test_Semaphore_of_one_lets_one_in_at_a_time(self):
        self.one_at_a_time(lambda client: client.Semaphore(self.root))

    def test_Semaphore_shows_holders_times_out_and_is_cancelled(self):
        one, two, three = self.contenders(3)
        held = one.Semaphore(self.root, 'one', max_leases=1)
        held.acquire()
        self.assertEqual(['one'], self.zk.Semaphore(self.root).lease_holders())
        with self.assertRaises(LockTimeout):
            two.Semaphore(self.root, 'two', max_leases=1).acquire(timeout=0.3)
        self.assertFalse(two.Semaphore(self.root, 'two', max_leases=1).acquire(blocking=False))
        cancelled = three.Semaphore(self.root, 'three', max_leases=1)
        acquiring = self.run_beside(cancelled.acquire)
        eventually(lambda: self.zk.exists(self.root + '-__lock__') and self.zk.get_children(self.root + '-__lock__'))
        cancelled.cancel()
        with self.assertRaises(CancelledError):
            acquiring.result(WAIT)
        held.release()
        self.assertTrue(two.Semaphore(self.root, 'two', max_leases=1).acquire(timeout=WAIT))

    def test_Semaphore_gets_the_lease_of_an_ended_session(self):
        holder = self.client()
        holder.Semaphore(self.root).acquire()
        acquiring = self.run_beside(self.zk.Semaphore(self.root).acquire)
        eventually(lambda: self.zk.exists(self.root + '-__lock__') and self.zk.get_children(self.root + '-__lock__'))
        self.assertFalse(acquiring.done())
        holder.stop()
        self.assertTrue(acquiring.result(WAIT))

    def test_Semaphore_refuses_another_number_of_leases(self):
        self.zk.delete(self.root)
        self.zk.Semaphore(self.root, max_leases=2).acquire()
        with self.assertRaises(ValueError):
            self.client().Semaphore(self.root, max_leases=3).acquire()

    def test_Election_leads_one_after_the_other(self):
        leaders, steps_down = [], threading.Semaphore(0)

        def lead(name):
            leaders.append(name)
            self.assertTrue(steps_down.acquire(timeout=WAIT))

        running = []
        for number, client in enumerate(self.contenders(3)):
            running.append(self.run_beside(client.Election(self.root, str(number)).run, lead, str(number)))
            self.waiting(number + 1)
        self.assertEqual(['0', '1', '2'], self.zk.Election(self.root).contenders())
        for number in range(3):
            eventually(lambda: len(leaders) == number + 1)
            steps_down.release()
        for candidate in running:
            candidate.result(WAIT)
        self.assertEqual(['0', '1', '2'], leaders)

    def test_Election_of_a_candidate_that_withdraws_is_not_held(self):
        led = []
        candidate = self.client().Election(self.root, 'withdraws')
        with self.zk.Lock(self.root):
            running = self.run_beside(candidate.run, led.append, 'led')
            self.waiting(2)
            candidate.cancel()
            running.result(WAIT)
        self.assertEqual([], led)

    def test_Election_is_won_by_the_next_when_the_leader_is_gone(self):
        leader, led, never = self.client(), threading.Event(), threading.Event()
        self.addCleanup(never.set)
        self.run_beside(leader.Election(self.root, 'leader').run, never.wait)
        self.waiting(1)
        self.run_beside(self.zk.Election(self.root, 'next').run, led.set)
        self.waiting(2)
        self.assertFalse(led.is_set())
        leader.stop()
        self.assertTrue(led.wait(WAIT))
