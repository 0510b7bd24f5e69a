"""Data of every size, and none."""

from kazoo.exceptions import ConnectionLoss

from case import Case, States, eventually


class Data(Case):
    def test_no_data_differs_from_empty_data(self):
        self.zk.create(self.root + '/null', None)
        self.zk.create(self.root + '/empty', b'')
        self.assertIsNone(self.zk.get(self.root + '/null')[0])
        self.assertEqual(b'', self.zk.get(self.root + '/empty')[0])
        self.assertEqual(0, self.zk.exists(self.root + '/null').data_length)
        self.zk.set(self.root + '/null', b'')
        self.zk.set(self.root + '/empty', None)
        self.assertEqual(b'', self.zk.get(self.root + '/null')[0])
        self.assertIsNone(self.zk.get(self.root + '/empty')[0])

    def test_every_byte_comes_back(self):
        data = bytes(range(256))
        self.zk.create(self.root + '/n', data)
        self.assertEqual(data, self.zk.get(self.root + '/n')[0])

    def test_a_million_bytes_come_back(self):
        data = bytes(i % 251 for i in range(1_000_000))
        self.zk.create(self.root + '/n', data)
        self.assertEqual(data, self.zk.get(self.root + '/n')[0])
        self.zk.set(self.root + '/n', data[::-1])
        self.assertEqual(data[::-1], self.zk.get(self.root + '/n')[0])

    def test_two_mebibytes_cost_the_connection_but_not_the_session(self):
        client = self.client()
        session = client.client_id
        states = States(client)
        client.create(self.root + '/e', ephemeral=True)
        with self.assertRaises(ConnectionLoss):
            client.set(self.root + '/e', b'x' * (2 << 20))
        states.wait_for('SUSPENDED', 'CONNECTED')
        self.assertEqual(session, eventually(lambda: client.client_id))
        data, stat = client.get(self.root + '/e')
        self.assertEqual((b'', session[0]), (data, stat.owner_session_id))

    def test_many_children_are_listed(self):
        names = [f'{i:04}-{"x" * 40}' for i in range(2_000)]
        for some in range(0, len(names), 500):
            with self.zk.transaction() as transaction:
                for name in names[some:some + 500]:
                    transaction.create(f'{self.root}/{name}')
        self.assertEqual(names, sorted(self.zk.get_children(self.root)))
