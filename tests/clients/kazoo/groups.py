"""Recipes in which several clients come together: parties, barriers, and a set that members share out."""

import threading
import time

from case import WAIT, Case, eventually


class Groups(Case):
    def test_Party_knows_its_members(self):
        self.zk_knows_the_members_of('Party')

    def test_ShallowParty_knows_its_members(self):
        self.zk_knows_the_members_of('ShallowParty')

    def zk_knows_the_members_of(self, recipe):
        def party(client, name=None):
            return getattr(client, recipe)(self.root, name)

        leaving, vanishing = self.client(), self.client()
        one, two = party(leaving, 'one'), party(vanishing, 'two')
        one.join()
        two.join()
        self.assertEqual((['one', 'two'], 2), (sorted(party(self.zk)), len(party(self.zk))))
        self.assertTrue(one.leave())
        self.assertFalse(one.leave())
        self.assertEqual(['two'], list(party(self.zk)))
        vanishing.stop()
        self.assertEqual(0, len(party(self.zk)))

    def test_Barrier_holds_everybody_until_it_is_removed(self):
        barrier = self.zk.Barrier(self.root + '/barrier')
        self.assertTrue(barrier.wait(WAIT))
        barrier.create()
        self.assertFalse(self.client().Barrier(self.root + '/barrier').wait(0.2))
        waiting = [self.run_beside(self.client().Barrier(self.root + '/barrier').wait, WAIT) for _ in range(3)]
        time.sleep(0.1)
        self.assertFalse(any(waiter.done() for waiter in waiting))
        self.assertTrue(barrier.remove())
        self.assertTrue(all(waiter.result(WAIT) for waiter in waiting))
        self.assertFalse(barrier.remove())

    def test_DoubleBarrier_is_entered_and_left_together(self):
        entered, left, leave = [], [], threading.Event()

        def take_part(number):
            barrier = self.client().DoubleBarrier(self.root, 3, str(number))
            barrier.enter()
            entered.append(barrier.participating)
            self.assertTrue(leave.wait(WAIT))
            if number == 2:
                time.sleep(0.3)
                left.append('last')
            barrier.leave()
            left.append('left')

        taking_part = [self.run_beside(take_part, number) for number in range(2)]
        eventually(lambda: len(self.zk.get_children(self.root)) == 2)
        time.sleep(0.1)
        self.assertEqual([], entered)
        taking_part.append(self.run_beside(take_part, 2))
        eventually(lambda: entered == [True, True, True])
        leave.set()
        for member in taking_part:
            member.result(WAIT)
        self.assertEqual(['last', 'left', 'left', 'left'], left)

    def test_SetPartitioner_shares_a_set_out_anew_when_members_come_and_go(self):
        parts, stop = {}, threading.Event()
        self.addCleanup(stop.set)

        def take_part(client, name):
            partitioner = client.SetPartitioner(self.root, set=range(6), identifier=name, time_boundary=0.3)
            while not stop.is_set() and not partitioner.failed:
                if partitioner.release:
                    parts.pop(name)
                    partitioner.release_set()
                elif partitioner.acquired:
                    parts[name] = list(partitioner)
                    time.sleep(0.02)
                else:
                    partitioner.wait_for_acquire(0.1)
            parts.pop(name, None)
            return partitioner.failed

        def shared_by(*names):
            now = dict(parts)
            return sorted(now) == sorted(names) and sorted(sum(now.values(), [])) == list(range(6))

        clients = {name: self.client() for name in 'abc'}
        for name in 'ab':
            self.run_beside(take_part, clients[name], name)
        eventually(lambda: shared_by('a', 'b'))
        leaving = self.run_beside(take_part, clients['c'], 'c')
        eventually(lambda: shared_by('a', 'b', 'c'))
        self.assertEqual({'a': 2, 'b': 2, 'c': 2}, {name: len(part) for name, part in parts.items()})
        clients['c'].stop()
        self.assertTrue(leaving.result(WAIT))
        eventually(lambda: shared_by('a', 'b'))
