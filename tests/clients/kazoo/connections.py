"""What clients live through when their connections are disturbed: sessions that go on, and sessions that end."""

import time

from kazoo.exceptions import KazooException

from case import WAIT, Calls, Case, Events, Proxy, States, eventually

# The shortest session that the server grants, s.
SHORT = 2


class Connections(Case):
    def setUp(self):
        super().setUp()
        self.proxy = Proxy()

    def disturbed(self, timeout=10):
        """A client behind the proxy, its session, and its states from now on."""
        client = self.client(port=self.proxy.port, timeout=timeout)
        return client, client.client_id, States(client)

    def test_a_cut_connection_comes_back_with_its_session(self):
        client, session, states = self.disturbed()
        client.create(self.root + '/e', ephemeral=True)
        self.proxy.cut()
        states.wait_for('SUSPENDED')
        time.sleep(0.3)
        self.proxy.resume()
        states.wait_for('SUSPENDED', 'CONNECTED')
        self.assertEqual(session, client.client_id)
        self.assertEqual(session[0], client.retry(client.exists, self.root + '/e').owner_session_id)

    def test_a_connection_may_be_cut_many_times(self):
        client, session, _ = self.disturbed()
        client.create(self.root + '/e', ephemeral=True)
        for number in range(5):
            self.proxy.cut()
            self.proxy.resume()
            client.retry(client.set, self.root + '/e', b'%d' % number)
        self.assertEqual(b'4', client.get(self.root + '/e')[0])
        self.assertEqual(session, client.client_id)

    def test_single_watches_end_with_the_connection(self):
        client, _, states = self.disturbed()
        events = Events()
        client.get(self.root, watch=events)
        client.get_children(self.root, watch=events)
        self.proxy.cut()
        self.assertEqual([('NONE', None)] * 2, [events.next(), events.next()])
        self.proxy.resume()
        states.wait_for('SUSPENDED', 'CONNECTED')
        self.zk.set(self.root, b'changed')
        self.zk.create(self.root + '/n')
        self.settle(client)
        self.assertTrue(events.is_empty)

    def test_watching_recipes_tell_what_happened_meanwhile(self):
        client, _, states = self.disturbed()
        data, children = Calls(), Calls()
        client.DataWatch(self.root, lambda value, stat: data(value))
        client.ChildrenWatch(self.root, lambda names: children(names))
        self.assertEqual(((b'',), ([],)), (data.next(), children.next()))
        self.proxy.cut()
        states.wait_for('SUSPENDED')
        self.zk.set(self.root, b'meanwhile')
        self.zk.create(self.root + '/meanwhile')
        self.proxy.resume()
        self.assertEqual(((b'meanwhile',), (['meanwhile'],)), (data.next(), children.next()))
        self.zk.set(self.root, b'later')
        self.zk.delete(self.root + '/meanwhile')
        self.assertEqual(((b'later',), ([],)), (data.next(), children.next()))

    def test_calls_wait_while_there_is_no_connection(self):
        client, _, states = self.disturbed()
        self.proxy.cut()
        states.wait_for('SUSPENDED')
        setting = self.run_beside(client.retry, client.set, self.root, b'waited')
        time.sleep(0.2)
        self.assertFalse(setting.done())
        self.proxy.resume()
        self.assertEqual(1, setting.result(WAIT).version)

    def test_a_lock_is_kept_through_a_cut(self):
        client, _, states = self.disturbed()
        lock = client.Lock(self.root + '/lock')
        lock.acquire()
        acquiring = self.run_beside(self.zk.Lock(self.root + '/lock').acquire)
        self.proxy.cut()
        self.proxy.resume()
        states.wait_for('SUSPENDED', 'CONNECTED')
        time.sleep(0.2)
        self.assertFalse(acquiring.done())
        lock.release()
        self.assertTrue(acquiring.result(WAIT))

    def test_who_waits_for_a_lock_keeps_its_place_through_a_cut(self):
        client, _, states = self.disturbed()
        held = self.zk.Lock(self.root + '/lock')
        held.acquire()
        acquiring = self.run_beside(client.Lock(self.root + '/lock').acquire)
        eventually(lambda: len(self.zk.get_children(self.root + '/lock')) == 2)
        names = sorted(self.zk.get_children(self.root + '/lock'))
        self.proxy.cut()
        self.proxy.resume()
        states.wait_for('SUSPENDED', 'CONNECTED')
        self.assertEqual(names, sorted(self.zk.get_children(self.root + '/lock')))
        held.release()
        self.assertTrue(acquiring.result(WAIT))

    def test_a_session_that_is_away_too_long_ends_and_a_new_one_begins(self):
        client, session, states = self.disturbed(timeout=SHORT)
        last_heard_after = time.monotonic()
        client.create(self.root + '/e', ephemeral=True)
        gone = Events()
        self.zk.exists(self.root + '/e', watch=gone)
        self.proxy.cut()
        self.assertEqual(('DELETED', self.root + '/e'), gone.next())
        self.assert_not_too_early(last_heard_after)
        states.wait_for('SUSPENDED')
        self.proxy.resume()
        states.wait_for('SUSPENDED', 'LOST', 'CONNECTED')
        self.assertNotEqual(session[0], client.client_id[0])
        client.create(self.root + '/e', ephemeral=True)
        self.assertEqual(client.client_id[0], self.zk.exists(self.root + '/e').owner_session_id)

    def test_a_session_whose_client_is_silent_ends_though_its_connection_is_open(self):
        client, session, states = self.disturbed(timeout=SHORT)
        last_heard_after = time.monotonic()
        client.create(self.root + '/e', ephemeral=True)
        gone = Events()
        self.zk.exists(self.root + '/e', watch=gone)
        self.proxy.hold()
        self.assertEqual(('DELETED', self.root + '/e'), gone.next())
        self.assert_not_too_early(last_heard_after)
        self.proxy.resume()
        eventually(lambda: states.seen[-2:] == ['LOST', 'CONNECTED'])
        self.assertNotEqual(session[0], client.client_id[0])

    def assert_not_too_early(self, last_heard_after):
        # The clocks of the two sides are read in milliseconds.
        self.assertGreater(time.monotonic() - last_heard_after, SHORT * 0.99)

    def test_a_session_whose_client_only_pings_goes_on(self):
        client, session, states = self.disturbed(timeout=2 * SHORT)
        client.create(self.root + '/e', ephemeral=True)
        time.sleep(5 * SHORT)
        self.assertNotIn('LOST', states.seen)
        self.assertEqual((session[0], session), (self.zk.exists(self.root + '/e').owner_session_id,
                                                 eventually(lambda: client.client_id)))

    def test_watching_recipes_go_on_in_the_new_session(self):
        client, _, states = self.disturbed(timeout=SHORT)
        data, children = Calls(), Calls()
        client.DataWatch(self.root, lambda value, stat: data(value))
        client.ChildrenWatch(self.root, lambda names: children(names))
        self.assertEqual(((b'',), ([],)), (data.next(), children.next()))
        self.lose(client, states)
        self.zk.set(self.root, b'later')
        self.zk.create(self.root + '/later')
        self.assertEqual((b'later',), data.next())
        children.until(lambda names: names == ['later'])

    def test_a_lock_of_a_lost_session_goes_to_the_next(self):
        client, _, states = self.disturbed(timeout=SHORT)
        client.Lock(self.root + '/lock').acquire()
        acquiring = self.run_beside(self.zk.Lock(self.root + '/lock').acquire)
        eventually(lambda: len(self.zk.get_children(self.root + '/lock')) == 2)
        self.lose(client, states)
        self.assertTrue(acquiring.result(WAIT))

    def lose(self, client, states):
        """Cuts a client off until its session is over, and lets it come back."""
        client.create(self.root + '/lives', ephemeral=True)
        self.zk.exists(self.root + '/lives', watch=(gone := Events()))
        self.proxy.cut()
        self.assertEqual(('DELETED', self.root + '/lives'), gone.next())
        self.proxy.resume()
        states.wait_for('SUSPENDED', 'LOST', 'CONNECTED')

    def test_a_session_is_taken_over_with_its_id_and_password(self):
        client, session, states = self.disturbed()
        client.create(self.root + '/e', ephemeral=True)
        self.proxy.cut()
        states.wait_for('SUSPENDED')
        successor = self.client(client_id=session)
        self.assertEqual(session, successor.client_id)
        self.assertEqual(session[0], successor.exists(self.root + '/e').owner_session_id)

    def test_a_session_that_is_taken_over_leaves_its_old_connection(self):
        client, session, states = self.disturbed()
        successor = self.client(client_id=session)
        states.wait_for('SUSPENDED')
        self.assertEqual(session, successor.client_id)
        self.proxy.cut()

    def test_a_session_is_not_given_to_who_has_a_wrong_password(self):
        client, session, states = self.disturbed()
        client.create(self.root + '/e', ephemeral=True)
        thief = self.client(client_id=(session[0], b'not the password'))
        self.assertNotEqual(session[0], thief.client_id[0])
        self.assertEqual(session[0], self.zk.exists(self.root + '/e').owner_session_id)
        client.retry(client.set, self.root + '/e', b'alive')
        self.assertEqual(session, client.client_id)

    def test_a_closed_session_cannot_be_taken_over(self):
        client, session, _ = self.disturbed()
        client.stop()
        self.assertNotEqual(session[0], self.client(client_id=session).client_id[0])

    def test_a_client_that_has_stopped_answers_no_more(self):
        client, _, states = self.disturbed()
        client.stop()
        states.wait_for('LOST')
        with self.assertRaises(KazooException):
            client.get(self.root)
