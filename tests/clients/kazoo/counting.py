"""Counters and leases."""

from datetime import datetime, timedelta

from case import WAIT, Case


class Counting(Case):
    def test_Counter_counts_integers_and_fractions(self):
        counter = self.zk.Counter(self.root + '/int')
        counter += 5
        counter -= 2
        self.assertEqual((3, 5, 3), (counter.value, counter.pre_value, counter.post_value))
        self.assertEqual(b'3', self.zk.get(self.root + '/int')[0])
        fraction = self.zk.Counter(self.root + '/float', default=1.0)
        fraction += 0.5
        self.assertEqual(1.5, fraction.value)

    def test_Counter_counts_as_Curator_does(self):
        counter = self.zk.Counter(self.root + '/n', support_curator=True)
        counter += 258
        self.assertEqual((258, b'\0\0\1\2'), (counter.value, self.zk.get(self.root + '/n')[0]))

    def test_Counter_loses_nothing_under_contention(self):
        def count(client):
            counter = client.Counter(self.root + '/n')
            for _ in range(10):
                counter += 1

        for counting in [self.run_beside(count, self.client()) for _ in range(4)]:
            counting.result(WAIT)
        self.assertEqual(40, self.zk.Counter(self.root + '/n').value)

    def test_NonBlockingLease_belongs_to_one_until_it_is_over(self):
        now = datetime(2026, 1, 1)

        def lease(client, name, after_minutes):
            return bool(client.NonBlockingLease(self.root, timedelta(minutes=10), identifier=name,
                                                utcnow=lambda: now + timedelta(minutes=after_minutes)))

        other = self.client()
        self.assertTrue(lease(self.zk, 'mine', 0))
        self.assertFalse(lease(other, 'other', 9))
        self.assertTrue(lease(self.zk, 'mine', 9))
        self.assertFalse(lease(other, 'other', 18))
        self.assertTrue(lease(other, 'other', 20))

    def test_MultiNonBlockingLease_belongs_to_as_many_as_there_are(self):
        leased = [bool(self.client().MultiNonBlockingLease(2, self.root, timedelta(minutes=10), identifier=name))
                  for name in 'abc']
        self.assertEqual([True, True, False], leased)
