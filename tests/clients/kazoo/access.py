"""Who may do what: ACLs, and the ways to say who one is."""

from kazoo.exceptions import AuthFailedError, InvalidACLError, NoAuthError
from kazoo.protocol.states import KeeperState
from kazoo.security import (ACL, CREATOR_ALL_ACL, OPEN_ACL_UNSAFE, READ_ACL_UNSAFE, Id, Permissions, make_acl,
                            make_digest_acl, make_digest_acl_credential)

from case import Case, Events, Proxy, States, eventually

ALICE = ('digest', 'alice:secret')
BOB = ('digest', 'bob:other')
SUPER = ('digest', 'super:test')


class Access(Case):
    def test_a_digest_ACL_lets_in_who_knows_the_password(self):
        path = self.zk.create(self.root + '/n', b'hidden', acl=[make_digest_acl('alice', 'secret', all=True)])
        client = self.client()
        for call in (lambda: client.get(path), lambda: client.set(path, b''), lambda: client.get_children(path),
                     lambda: client.create(path + '/c'), lambda: client.get_acls(path),
                     lambda: client.set_acls(path, OPEN_ACL_UNSAFE)):
            with self.assertRaises(NoAuthError):
                call()
        self.assertTrue(client.add_auth('digest', 'alice:wrong'))
        with self.assertRaises(NoAuthError):
            client.get(path)
        self.assertTrue(client.add_auth(*ALICE))
        self.assertEqual(b'hidden', client.get(path)[0])
        client.set(path, b'seen')
        client.create(path + '/c')

    def test_credentials_may_come_with_the_start(self):
        path = self.zk.create(self.root + '/n', b'hidden', acl=[make_digest_acl('alice', 'secret', all=True)])
        self.assertEqual(b'hidden', self.client(auth_data=[ALICE, BOB]).get(path)[0])
        with self.assertRaises(NoAuthError):
            self.client(auth_data=[BOB]).get(path)

    def test_credentials_are_sent_again_after_a_reconnect(self):
        path = self.zk.create(self.root + '/n', b'hidden', acl=[make_digest_acl('alice', 'secret', all=True)])
        proxy = Proxy()
        client = self.client(port=proxy.port)
        client.add_auth(*ALICE)
        states = States(client)
        proxy.cut()
        proxy.resume()
        states.wait_for('SUSPENDED', 'CONNECTED')
        self.assertEqual(b'hidden', client.retry(client.get, path)[0])

    def test_each_permission_allows_its_own_calls(self):
        calls = {
            'read': lambda client, path: (client.get(path), client.get_children(path)),
            'write': lambda client, path: client.set(path, b''),
            'create': lambda client, path: client.create(path + '/new'),
            'delete': lambda client, path: client.delete(path + '/old'),
            'admin': lambda client, path: client.set_acls(path, OPEN_ACL_UNSAFE),
        }
        alice = self.client(auth_data=[ALICE])
        for granted in calls:
            path = self.root + '/' + granted
            self.zk.create(path + '/old', makepath=True)
            self.zk.set_acls(path, [make_digest_acl('alice', 'secret', **{granted: True})])
            for name, call in calls.items():
                if name == granted:
                    continue
                with self.assertRaises(NoAuthError, msg=f'{name} with {granted} alone'):
                    call(alice, path)
            calls[granted](alice, path)

    def test_the_scheme_auth_stands_for_all_that_the_creator_is(self):
        alice = self.client(auth_data=[ALICE, BOB])
        path = alice.create(self.root + '/n', b'hidden', acl=CREATOR_ALL_ACL)
        with self.assertRaises(NoAuthError):
            self.zk.get(path)
        expected = {ACL(Permissions.ALL, Id('digest', make_digest_acl_credential(*credential.split(':'))))
                    for _, credential in (ALICE, BOB)}
        self.assertEqual(expected, set(alice.get_acls(path)[0]))
        self.assertEqual(b'hidden', self.client(auth_data=[BOB]).get(path)[0])

    def test_the_scheme_auth_needs_credentials(self):
        with self.assertRaises(InvalidACLError):
            self.zk.create(self.root + '/n', acl=CREATOR_ALL_ACL)

    def test_an_ACL_that_means_nothing_is_refused(self):
        for acl in ([ACL(31, Id('nonsense', 'x'))], [ACL(31, Id('world', 'somebody'))], [ACL(31, Id('digest', 'x'))],
                    [ACL(31, Id('ip', '300.1.2.3'))]):
            with self.assertRaises(InvalidACLError, msg=acl):
                self.zk.create(self.root + '/n', acl=acl)
            with self.assertRaises(InvalidACLError, msg=acl):
                self.zk.set_acls(self.root, acl)

    def test_an_ip_ACL_goes_by_the_address(self):
        self.zk.create(self.root + '/here', b'', acl=[make_acl('ip', '127.0.0.0/8', all=True)])
        self.zk.create(self.root + '/there', b'', acl=[make_acl('ip', '10.1.2.3', all=True)])
        self.zk.get(self.root + '/here')
        with self.assertRaises(NoAuthError):
            self.zk.get(self.root + '/there')

    def test_hashes_are_shown_to_admins_only(self):
        path = self.zk.create(self.root + '/n', acl=[make_digest_acl('alice', 'secret', all=True)] + READ_ACL_UNSAFE)
        self.assertEqual('alice:x', self.zk.get_acls(path)[0][0].id.id)
        self.assertEqual(make_digest_acl_credential('alice', 'secret'),
                         self.client(auth_data=[ALICE]).get_acls(path)[0][0].id.id)

    def test_a_client_has_a_default_ACL(self):
        client = self.client(default_acl=READ_ACL_UNSAFE)
        path = client.create(self.root + '/n')
        self.assertEqual(READ_ACL_UNSAFE, client.get_acls(path)[0])
        with self.assertRaises(NoAuthError):
            client.set(path, b'')

    def test_the_super_user_may_do_everything(self):
        path = self.zk.create(self.root + '/n', b'hidden', acl=[make_acl('ip', '10.1.2.3', read=True)])
        client = self.client(auth_data=[SUPER])
        self.assertEqual(b'hidden', client.get(path)[0])
        client.set(path, b'')
        client.set_acls(path, OPEN_ACL_UNSAFE)
        self.zk.get(path)

    def test_a_transaction_needs_permission_for_each_operation(self):
        path = self.zk.create(self.root + '/n', acl=READ_ACL_UNSAFE)
        transaction = self.zk.transaction()
        transaction.check(path, 0)
        transaction.set_data(path, b'')
        self.assertEqual(NoAuthError, type(transaction.commit()[1]))

    def test_an_unknown_scheme_fails_and_ends_the_client(self):
        client = self.client()
        with self.assertRaises(AuthFailedError):
            client.add_auth('nonsense', 'x')
        eventually(lambda: client.client_state in (KeeperState.AUTH_FAILED, KeeperState.CLOSED))
        self.assertIsNotNone(self.zk.exists(self.root))

    def test_a_watch_outlives_new_credentials(self):
        events = Events()
        self.zk.get(self.root, watch=events)
        self.zk.add_auth(*ALICE)
        self.client().set(self.root, b'')
        self.assertEqual(('CHANGED', self.root), events.next())
