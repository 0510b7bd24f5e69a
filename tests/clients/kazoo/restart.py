"""What clients live through when the server is killed and started again. Nothing else runs meanwhile."""

from case import WAIT, Calls, Case, States, do, eventually


class Restart(Case):
    alone = True

    def test_sessions_ephemerals_locks_and_watching_recipes_survive_a_crash_of_the_server(self):
        holder, waiting = self.client(), self.client()
        sessions = [client.client_id for client in (holder, waiting)]
        states = States(holder)
        data = Calls()
        holder.DataWatch(self.root, lambda value, stat: data(value))
        self.assertEqual((b'',), data.next())
        holder.create(self.root + '/e', b'kept', ephemeral=True)
        lock = holder.Lock(self.root + '/lock')
        lock.acquire()
        acquiring = self.run_beside(waiting.Lock(self.root + '/lock').acquire)
        eventually(lambda: len(self.zk.get_children(self.root + '/lock')) == 2)

        do('kill')
        states.wait_for('SUSPENDED')
        do('start')

        states.wait_for('SUSPENDED', 'CONNECTED')
        eventually(lambda: waiting.connected)
        self.assertEqual(sessions, [client.client_id for client in (holder, waiting)])
        value, stat = self.zk.retry(self.zk.get, self.root + '/e')
        self.assertEqual((b'kept', sessions[0][0]), (value, stat.owner_session_id))
        self.assertFalse(acquiring.done())
        self.zk.retry(self.zk.set, self.root, b'after')
        self.assertEqual((b'after',), data.next())
        lock.release()
        self.assertTrue(acquiring.result(WAIT))
