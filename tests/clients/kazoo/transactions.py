"""Transactions: all of it, or nothing and the reason for each operation."""

from kazoo.exceptions import (BadVersionError, NodeExistsError, NoNodeError, NotEmptyError, RolledBackError,
                              RuntimeInconsistency)
from kazoo.protocol.states import ZnodeStat

from case import Case, Events


class Transactions(Case):
    def rolled_back(self, transaction):
        """The types of the results of a transaction, which must have changed nothing but zxids."""
        children, stat = self.zk.get_children(self.root, include_data=True)
        results = transaction.commit()
        self.assertEqual((children, stat), self.zk.get_children(self.root, include_data=True))
        return [type(result) for result in results]

    def test_a_commit_does_all_and_tells_the_results(self):
        self.zk.create(self.root + '/checked', b'')
        self.zk.create(self.root + '/deleted', b'')
        transaction = self.zk.transaction()
        transaction.check(self.root + '/checked', version=0)
        transaction.create(self.root + '/made', b'made')
        transaction.set_data(self.root + '/checked', b'set', version=0)
        transaction.delete(self.root + '/deleted', version=0)
        checked, made, stat, deleted = transaction.commit()
        self.assertEqual((True, self.root + '/made', True), (checked, made, deleted))
        self.assertIsInstance(stat, ZnodeStat)
        self.assertEqual((b'set', stat), self.zk.get(self.root + '/checked'))
        self.assertEqual(b'made', self.zk.get(self.root + '/made')[0])
        self.assertIsNone(self.zk.exists(self.root + '/deleted'))

    def test_operations_see_those_before_them_under_one_zxid(self):
        transaction = self.zk.transaction()
        transaction.create(self.root + '/a')
        transaction.create(self.root + '/a/s-', sequence=True)
        transaction.create(self.root + '/a/s-', sequence=True, ephemeral=True)
        transaction.set_data(self.root + '/a', b'set', version=0)
        a, first, second, stat = transaction.commit()
        self.assertEqual([self.root + '/a/s-0000000000', self.root + '/a/s-0000000001'], [first, second])
        self.assertEqual(1, stat.version)
        self.assertEqual({stat.mzxid}, {self.zk.exists(path).czxid for path in (a, first, second)})
        self.assertEqual(self.zk.client_id[0], self.zk.exists(second).owner_session_id)

    def test_a_failure_rolls_all_back_and_names_the_culprit(self):
        transaction = self.zk.transaction()
        transaction.create(self.root + '/a')
        transaction.set_data(self.root, b'lost')
        transaction.delete(self.root + '/missing')
        transaction.create(self.root + '/b')
        self.assertEqual([RolledBackError, RolledBackError, NoNodeError, RuntimeInconsistency],
                         self.rolled_back(transaction))

    def test_every_operation_fails_for_its_own_reason(self):
        self.zk.create(self.root + '/n/child', makepath=True)
        for operation, arguments, error in (
                ('create', (self.root + '/n',), NodeExistsError),
                ('create', (self.root + '/missing/n',), NoNodeError),
                ('check', (self.root + '/n', 7), BadVersionError),
                ('check', (self.root + '/missing', 0), NoNodeError),
                ('set_data', (self.root + '/n', b'', 7), BadVersionError),
                ('delete', (self.root + '/n/child', 7), BadVersionError),
                ('delete', (self.root + '/n',), NotEmptyError)):
            transaction = self.zk.transaction()
            transaction.check(self.root, -1)
            getattr(transaction, operation)(*arguments)
            transaction.create(self.root + '/never')
            self.assertEqual([RolledBackError, error, RuntimeInconsistency], self.rolled_back(transaction))

    def test_a_rollback_takes_the_number_of_a_sequential_node_back(self):
        transaction = self.zk.transaction()
        transaction.create(self.root + '/s-', sequence=True)
        transaction.check(self.root + '/missing', 0)
        transaction.commit()
        self.assertEqual(self.root + '/s-0000000000', self.zk.create(self.root + '/s-', sequence=True))

    def test_watches_fire_for_a_commit_and_not_for_a_rollback(self):
        data, children, made = Events(), Events(), Events()
        self.zk.get(self.root, watch=data)
        self.zk.get_children(self.root, watch=children)
        self.zk.exists(self.root + '/a', watch=made)
        for path in (self.root + '/missing', self.root):
            transaction = self.client().transaction()
            transaction.create(self.root + '/a')
            transaction.set_data(self.root, b'set')
            transaction.check(path, -1)
            transaction.commit()
            self.settle(self.zk)
            self.assertEqual(path != self.root, data.is_empty and children.is_empty and made.is_empty)
        self.assertEqual([('CREATED', self.root + '/a'), ('CHILD', self.root), ('CHANGED', self.root)],
                         [made.next(), children.next(), data.next()])

    def test_a_with_block_commits_at_its_end(self):
        with self.zk.transaction() as transaction:
            transaction.create(self.root + '/a')
            self.assertIsNone(self.zk.exists(self.root + '/a'))
        self.assertIsNotNone(self.zk.exists(self.root + '/a'))

    def test_a_transaction_of_nothing_does_nothing(self):
        self.assertEqual([], self.zk.transaction().commit())
