"""Clients that know three instances of one service by their connection string, and are moved between them by cutting
their connections."""

import os
import threading
import time

from case import WAIT, Calls, Case, Inside, Proxy, eventually

PORTS = os.environ['WEBCOORD_WIRE_PORTS'].split(',')


class Ways:
    """A way to each instance, to be put into a connection string."""

    def __init__(self):
        self.proxies = [Proxy(str(number)) for number in range(len(PORTS))]
        self.hosts = ','.join(f'127.0.0.1:{proxy.port}' for proxy in self.proxies)

    def move(self, *clients):
        """Cuts one way after the other, so that each client has to turn to another instance at least once."""
        for proxy in self.proxies:
            proxy.cut()
            for client in clients:
                eventually(lambda: client.connected and client.retry(client.exists, '/'))
            proxy.resume()


class Cluster(Case):
    def spread(self, count, ways=None):
        """Clients with a connection string of all instances."""
        hosts = ways.hosts if ways else ','.join(f'127.0.0.1:{port}' for port in PORTS)
        return [self.client(hosts=hosts) for _ in range(count)]

    def seen(self, client, path):
        """What a client reads that has seen all that was written so far."""
        client.retry(client.sync, path)
        return client.retry(client.get, path)

    def test_Lock_lets_one_in_at_a_time_while_the_contenders_are_moved(self):
        ways, inside = Ways(), Inside()
        clients = self.spread(4, ways)

        def contend(client):
            for _ in range(4):
                with client.Lock(self.root + '/lock'):
                    with inside:
                        time.sleep(0.05)

        contending = [self.run_beside(contend, client) for client in clients]
        ways.move(*clients)
        for contender in contending:
            contender.result(WAIT)
        self.assertEqual((1, 16), (inside.peak, inside.visits))

    def test_Election_leads_one_after_the_other(self):
        leaders, steps_down = [], threading.Semaphore(0)

        def lead(name):
            leaders.append(name)
            self.assertTrue(steps_down.acquire(timeout=WAIT))

        running = [self.run_beside(client.Election(self.root + '/election', str(number)).run, lead, str(number))
                   for number, client in enumerate(self.spread(3))]
        for number in range(3):
            eventually(lambda: len(leaders) == number + 1)
            time.sleep(0.1)
            self.assertEqual(number + 1, len(leaders))
            steps_down.release()
        for run in running:
            run.result(WAIT)
        self.assertEqual(['0', '1', '2'], sorted(leaders))

    def test_Counter_loses_nothing(self):
        def count(client):
            counter = client.Counter(self.root + '/n')
            for _ in range(10):
                counter += 1

        for counting in [self.run_beside(count, client) for client in self.spread(6)]:
            counting.result(WAIT)
        self.assertEqual(b'60', self.seen(self.zk, self.root + '/n')[0])

    def test_watches_of_a_client_that_moves_tell_what_others_do(self):
        ways = Ways()
        client, = self.spread(1, ways)
        data, children = Calls(), Calls()
        self.seen(client, self.root)
        client.DataWatch(self.root, lambda value, stat: data(value))
        client.ChildrenWatch(self.root, lambda names: children(sorted(names)))
        data.until(lambda value: value == b'')
        for number, proxy in enumerate(ways.proxies):
            proxy.cut()
            self.zk.set(self.root, str(number).encode())
            self.zk.create(f'{self.root}/{number}')
            data.until(lambda value: value == str(number).encode())
            children.until(lambda names: len(names) == number + 1)
            proxy.resume()

    def test_an_ephemeral_node_stays_while_its_client_moves_and_goes_everywhere_with_it(self):
        ways = Ways()
        client, = self.spread(1, ways)
        session = client.client_id
        client.create(self.root + '/e', ephemeral=True)
        ways.move(client)
        self.assertEqual(session, client.client_id)
        others = [self.client(port=int(port)) for port in PORTS]
        for other in others:
            self.assertEqual(session[0], self.seen(other, self.root + '/e')[1].owner_session_id)
        client.stop()
        for other in others:
            eventually(lambda: other.exists(self.root + '/e') is None)

    def test_a_client_that_moves_never_sees_the_past_of_what_it_has_seen(self):
        ways = Ways()
        client, = self.spread(1, ways)
        for proxy in ways.proxies:
            for _ in range(5):
                version = self.zk.set(self.root, b'x').version
                eventually(lambda: client.retry(client.get, self.root)[1].version == version)
            proxy.cut()
            self.assertGreaterEqual(client.retry(client.get, self.root)[1].version, version)
            proxy.resume()

    def test_sequential_names_have_no_gap_and_no_double(self):
        def create(client):
            return [client.create(self.root + '/s-', sequence=True) for _ in range(10)]

        creating = [self.run_beside(create, client) for client in self.spread(5)]
        names = sorted(name for run in creating for name in run.result(WAIT))
        self.assertEqual([f'{self.root}/s-{number:010}' for number in range(50)], names)
