"""The four-letter words, as the client asks them."""

import re

from case import PORT, Case


class Words(Case):
    def test_the_server_tells_its_version(self):
        self.assertGreaterEqual(self.zk.server_version(), (3, 5))

    def test_four_letter_words_are_answered(self):
        self.assertEqual('imok', self.zk.command())
        self.assertEqual('imok', self.zk.command(b'ruok'))
        self.assertEqual('rw', self.zk.command(b'isro'))
        self.assertRegex(self.zk.command(b'srvr'), r'\AZookeeper version: \d+\.\d+\.\d+-(.|\n)*\nMode: standalone\n')
        self.assertRegex(self.zk.command(b'stat'), r'\nClients:\n /127\.0\.0\.1:\d+')
        self.assertRegex(self.zk.command(b'mntr'), r'(?m)^zk_server_state\tstandalone$')
        self.assertRegex(self.zk.command(b'conf'), r'(?m)^clientPort=%d$' % PORT)
        self.assertRegex(self.zk.command(b'envi'), r'(?m)^zookeeper\.version=\d')
        self.assertRegex(self.zk.command(b'wchs'), r'(?m)^Total watches:\d+$')

    def test_the_words_cons_and_dump_show_the_session_and_its_nodes(self):
        self.zk.create(self.root + '/e', ephemeral=True)
        session = '0x%x' % (self.zk.client_id[0] & 0xffffffffffffffff)
        self.assertIn('sid=' + session, self.zk.command(b'cons'))
        self.assertRegex(self.zk.command(b'dump'), r'(?m)^%s:\n(\t.*\n)*\t%s$' % (session, re.escape(self.root + '/e')))
