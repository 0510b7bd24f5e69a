"""The calls of the client itself."""

import time

from kazoo.exceptions import (BadArgumentsError, BadVersionError, NoChildrenForEphemeralsError, NodeExistsError,
                              NoNodeError, NotEmptyError)
from kazoo.protocol.states import KeeperState
from kazoo.security import OPEN_ACL_UNSAFE, make_acl

from case import PORT, Case, Events, eventually


class Calls(Case):
    def test_a_created_node_has_its_data_and_a_fresh_stat(self):
        path = self.zk.create(self.root + '/n', b'data')
        self.assertEqual(self.root + '/n', path)
        data, stat = self.zk.get(path)
        self.assertEqual(b'data', data)
        self.assertEqual((0, 0, 0), (stat.version, stat.children_version, stat.acl_version))
        self.assertEqual((4, 0, None), (stat.data_length, stat.children_count, stat.owner_session_id))
        self.assertEqual(stat.czxid, stat.mzxid)
        self.assertEqual(stat.czxid, stat.pzxid)
        self.assertEqual(stat.created, stat.last_modified)
        self.assertLess(abs(stat.created - time.time()), 3600)

    def test_create_with_include_data_returns_the_stat(self):
        for options in ({}, {'ephemeral': True}, {'sequence': True}, {'ephemeral': True, 'sequence': True}):
            path, stat = self.zk.create(self.root + '/n', b'data', include_data=True, **options)
            self.assertEqual((b'data', stat), self.zk.get(path))
            self.zk.delete(path)

    def test_an_ephemeral_node_goes_with_its_session(self):
        other = self.client()
        other.create(self.root + '/e', b'', ephemeral=True)
        self.assertEqual(other.client_id[0], self.zk.exists(self.root + '/e').owner_session_id)
        other.stop()
        self.assertIsNone(self.zk.exists(self.root + '/e'))

    def test_a_sequential_node_is_numbered_by_all_children_ever_made(self):
        self.zk.create(self.root + '/plain')
        self.assertEqual(self.root + '/s-0000000001', self.zk.create(self.root + '/s-', sequence=True))
        self.zk.delete(self.root + '/plain')
        self.assertEqual(self.root + '/s-0000000002', self.zk.create(self.root + '/s-', sequence=True))
        self.assertEqual(self.root + '/0000000003', self.zk.create(self.root + '/', sequence=True))

    def test_an_ephemeral_sequential_node_is_both(self):
        other = self.client()
        path = other.create(self.root + '/b-', ephemeral=True, sequence=True)
        self.assertEqual(self.root + '/b-0000000000', path)
        self.assertEqual(other.client_id[0], self.zk.exists(path).owner_session_id)
        other.stop()
        self.assertEqual([], self.zk.get_children(self.root))

    def test_create_makes_parents_only_when_asked(self):
        with self.assertRaises(NoNodeError):
            self.zk.create(self.root + '/a/b/c', b'deep')
        self.zk.create(self.root + '/a/b/c', b'deep', makepath=True)
        self.assertEqual(b'deep', self.zk.get(self.root + '/a/b/c')[0])

    def test_create_refuses_what_exists_and_children_of_ephemerals(self):
        self.zk.create(self.root + '/e', ephemeral=True)
        with self.assertRaises(NodeExistsError):
            self.zk.create(self.root + '/e')
        with self.assertRaises(NoChildrenForEphemeralsError):
            self.zk.create(self.root + '/e/child')

    def test_ensure_path_makes_what_is_missing(self):
        self.zk.ensure_path(self.root + '/a/b/c')
        self.zk.ensure_path(self.root + '/a/b/c')
        self.zk.ensure_path(self.root + '/a/d')
        self.assertEqual(['b', 'd'], sorted(self.zk.get_children(self.root + '/a')))

    def test_set_counts_versions_and_checks_them(self):
        self.zk.create(self.root + '/n', b'0')
        stat = self.zk.set(self.root + '/n', b'first')
        self.assertEqual((1, 5), (stat.version, stat.data_length))
        self.assertGreater(stat.mzxid, stat.czxid)
        self.assertEqual(2, self.zk.set(self.root + '/n', b'second', version=1).version)
        with self.assertRaises(BadVersionError):
            self.zk.set(self.root + '/n', b'third', version=1)
        self.assertEqual(b'second', self.zk.get(self.root + '/n')[0])
        with self.assertRaises(NoNodeError):
            self.zk.set(self.root + '/missing', b'')

    def test_exists_tells_the_stat_or_nothing(self):
        self.assertIsNone(self.zk.exists(self.root + '/n'))
        self.zk.create(self.root + '/n', b'12345')
        self.assertEqual(self.zk.get(self.root + '/n')[1], self.zk.exists(self.root + '/n'))

    def test_get_and_get_children_of_a_missing_node_fail(self):
        with self.assertRaises(NoNodeError):
            self.zk.get(self.root + '/missing')
        with self.assertRaises(NoNodeError):
            self.zk.get_children(self.root + '/missing')
        with self.assertRaises(NoNodeError):
            self.zk.get_children(self.root + '/missing', include_data=True)

    def test_delete_checks_version_and_children(self):
        self.zk.create(self.root + '/n/child', makepath=True)
        self.zk.set(self.root + '/n', b'')
        with self.assertRaises(BadVersionError):
            self.zk.delete(self.root + '/n', version=0)
        with self.assertRaises(NotEmptyError):
            self.zk.delete(self.root + '/n', version=1)
        self.zk.delete(self.root + '/n/child')
        self.zk.delete(self.root + '/n', version=1)
        with self.assertRaises(NoNodeError):
            self.zk.delete(self.root + '/n')

    def test_delete_takes_a_whole_subtree_when_asked(self):
        self.zk.ensure_path(self.root + '/n/a/b')
        self.zk.ensure_path(self.root + '/n/c')
        self.zk.delete(self.root + '/n', recursive=True)
        self.assertIsNone(self.zk.exists(self.root + '/n'))

    def test_the_nodes_of_the_service_itself_stay(self):
        for path in ('/zookeeper', '/zookeeper/quota', '/zookeeper/config'):
            with self.assertRaises(BadArgumentsError):
                self.zk.delete(path)
        self.assertIn('zookeeper', self.zk.get_children('/'))
        self.assertEqual(['config', 'quota'], sorted(self.zk.get_children('/zookeeper')))

    def test_get_children_tells_names_and_on_demand_the_stat_of_the_parent(self):
        for name in 'abc':
            self.zk.create(self.root + '/' + name)
        self.zk.delete(self.root + '/b')
        self.assertEqual(['a', 'c'], sorted(self.zk.get_children(self.root)))
        children, stat = self.zk.get_children(self.root, include_data=True)
        self.assertEqual(['a', 'c'], sorted(children))
        self.assertEqual((2, 4, 0), (stat.children_count, stat.children_version, stat.version))
        self.assertEqual(self.zk.exists(self.root), stat)

    def test_acls_are_read_and_set_with_their_own_version(self):
        acls, stat = self.zk.get_acls(self.root)
        self.assertEqual((OPEN_ACL_UNSAFE, 0), (acls, stat.acl_version))
        narrow = [make_acl('world', 'anyone', read=True, admin=True)]
        changed = self.zk.set_acls(self.root, narrow, version=0)
        self.assertEqual((1, stat.version, stat.mzxid), (changed.acl_version, changed.version, changed.mzxid))
        self.assertEqual(narrow, self.zk.get_acls(self.root)[0])
        with self.assertRaises(BadVersionError):
            self.zk.set_acls(self.root, OPEN_ACL_UNSAFE, version=0)
        with self.assertRaises(NoNodeError):
            self.zk.set_acls(self.root + '/missing', OPEN_ACL_UNSAFE)

    def test_sync_returns_any_path(self):
        self.assertEqual(self.root, self.zk.sync(self.root))
        self.assertEqual(self.root + '/missing', self.zk.sync(self.root + '/missing'))

    def test_a_chroot_hides_what_is_above(self):
        self.zk.create(self.root + '/n', b'inside')
        inside = self.client(chroot=self.root)
        events = Events()
        self.assertEqual(b'inside', inside.get('/n', watch=events)[0])
        self.assertEqual(['n'], inside.get_children('/'))
        self.zk.set(self.root + '/n', b'')
        self.assertEqual(('CHANGED', '/n'), events.next())
        self.assertEqual('/s-0000000001', inside.create('/s-', sequence=True))
        self.assertEqual('/s-0000000001', inside.sync('/s-0000000001'))
        transaction = inside.transaction()
        transaction.create('/t')
        self.assertEqual(['/t'], transaction.commit())
        self.assertIsNotNone(self.zk.exists(self.root + '/t'))

    def test_a_chroot_may_be_made_by_its_own_client(self):
        with self.assertWarnsRegex(UserWarning, 'No chroot path exists'):
            inside = self.client(chroot=self.root + '/new')
        inside.ensure_path('/')
        self.assertIsNotNone(self.zk.exists(self.root + '/new'))

    def test_calls_in_a_row_are_answered_in_order(self):
        made = [self.zk.create_async(self.root + '/s-', b'%d' % i, sequence=True) for i in range(300)]
        read = [self.zk.get_async(f'{self.root}/s-{i:010}') for i in range(300)]
        self.assertEqual([f'{self.root}/s-{i:010}' for i in range(300)], [call.get(timeout=30) for call in made])
        self.assertEqual([b'%d' % i for i in range(300)], [call.get(timeout=30)[0] for call in read])

    def test_names_may_be_in_any_script(self):
        path = self.root + '/Übung/日本語'
        self.zk.create(path, 'Größe'.encode(), makepath=True)
        self.assertEqual('Größe', self.zk.get(path)[0].decode())
        self.assertEqual(['日本語'], self.zk.get_children(self.root + '/Übung'))

    def test_a_client_that_may_read_only_can_write_where_the_server_can(self):
        client = self.client(read_only=True)
        self.assertEqual(KeeperState.CONNECTED, client.client_state)
        client.create(self.root + '/n')
        self.assertEqual([], client.get_children(self.root + '/n'))

    def test_a_client_stops_and_starts_again_with_a_new_session(self):
        session = self.zk.client_id[0]
        self.zk.create(self.root + '/e', ephemeral=True)
        self.zk.restart()
        self.assertNotEqual(session, self.zk.client_id[0])
        self.assertIsNone(self.zk.exists(self.root + '/e'))

    def test_a_host_that_does_not_answer_is_passed_over(self):
        client = self.client(hosts=f'127.0.0.1:1,127.0.0.1:{PORT}', randomize_hosts=False)
        self.assertIsNotNone(client.exists(self.root))
        eventually(lambda: client.connected)
