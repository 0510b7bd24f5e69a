"""The service over TLS, with a certificate that says who the client is."""

import os

from kazoo.exceptions import NoAuthError
from kazoo.security import CREATOR_ALL_ACL, make_acl

from case import Case, Events

PORT = int(os.environ['WEBCOORD_TLS_PORT'])
FOLDER = os.environ['WEBCOORD_CERTIFICATES']
ALICE = 'CN=alice,O=WebCoord'


def certificate(name):
    file = os.path.join(FOLDER, name + '.pem')
    return {'certfile': file, 'keyfile': file}


class Secure(Case):
    def secure(self, **options):
        return self.unconnected(PORT, use_ssl=True, ca=os.path.join(FOLDER, 'trusted.pem'), **options)

    def alice(self):
        client = self.secure(**certificate('alice'))
        client.start()
        return client

    def test_a_client_with_a_certificate_uses_the_service_over_TLS(self):
        alice = self.alice()
        events = Events()
        self.assertEqual(b'', alice.get(self.root, watch=events)[0])
        self.zk.set(self.root, b'x' * 1_000_000)
        self.assertEqual(('CHANGED', self.root), events.next())
        self.assertEqual(b'x' * 1_000_000, alice.get(self.root)[0])
        alice.set(self.root, b'y' * 1_000_000)
        self.assertEqual(b'y' * 1_000_000, self.zk.get(self.root)[0])

    def test_a_certificate_is_an_identity(self):
        path = self.zk.create(self.root + '/n', b'hers', acl=[make_acl('x509', ALICE, all=True)])
        with self.assertRaises(NoAuthError):
            self.zk.get(path)
        alice = self.alice()
        self.assertEqual(b'hers', alice.get(path)[0])
        own = alice.create(self.root + '/own', acl=CREATOR_ALL_ACL)
        self.assertEqual([make_acl('x509', ALICE, all=True)], alice.get_acls(own)[0])

    def test_a_client_without_a_certificate_is_not_served(self):
        client = self.secure()
        with self.assertRaises(client.handler.timeout_exception):
            client.start(timeout=1)
