"""What every check stands on: clients that go when the check ends, a subtree of its own, and ways to wait."""

import os
import queue
import socket
import threading
import time
import unittest
from concurrent.futures import Future

from kazoo.client import KazooClient

PORT = int(os.environ['WEBCOORD_WIRE_PORT'])
CONTROL_PORT = int(os.environ['WEBCOORD_CONTROL_PORT'])

# The longest that anything may take; far longer than it does, on a loaded machine too.
WAIT = 30


def ask(line):
    """Sends a command to the test that runs these checks, and returns its answer."""
    with socket.create_connection(('127.0.0.1', CONTROL_PORT), timeout=2 * WAIT) as connection:
        connection.sendall(line.encode() + b'\n')
        return connection.makefile().readline().strip()


def do(line):
    """Has the test do something; fails if it cannot."""
    answer = ask(line)
    assert answer == 'ok', f'{line}: {answer}'


def eventually(holds, within=WAIT):
    """Waits until something holds, and returns what it evaluates to; fails when it never does."""
    deadline = time.monotonic() + within
    while True:
        value = holds()
        if value:
            return value
        assert time.monotonic() < deadline, f'It did not come to hold within {within} s.'
        time.sleep(0.02)


class Proxy:
    """A way to the server, or to the one of several that is named, that can be disturbed."""

    def __init__(self, server='0'):
        self.port = int(ask(f'open {server}'))

    def cut(self):
        """Breaks every connection and refuses new ones."""
        do(f'cut {self.port}')

    def hold(self):
        """Keeps connections open, but nothing passes."""
        do(f'hold {self.port}')

    def resume(self):
        do(f'resume {self.port}')


class Events:
    """A watch that keeps what it is told, in order."""

    def __init__(self):
        self._queue = queue.Queue()

    def __call__(self, event):
        self._queue.put((event.type, event.path))

    def next(self):
        return self._queue.get(timeout=WAIT)

    @property
    def is_empty(self):
        return self._queue.empty()


class Calls:
    """A function for a recipe to call; keeps the arguments of each call."""

    def __init__(self, answer=None):
        self._queue = queue.Queue()
        self._answer = answer

    def __call__(self, *arguments):
        self._queue.put(arguments)
        return self._answer

    def next(self):
        return self._queue.get(timeout=WAIT)

    @property
    def is_empty(self):
        return self._queue.empty()

    def until(self, holds):
        """Takes calls until one has the arguments that are waited for."""
        deadline = time.monotonic() + WAIT
        while True:
            arguments = self._queue.get(timeout=max(0.001, deadline - time.monotonic()))
            if holds(*arguments):
                return arguments


class States:
    """Listens to the states of a client."""

    def __init__(self, client):
        self.seen = []
        client.add_listener(self._listen)

    def _listen(self, state):
        self.seen.append(state)

    def wait_for(self, *states):
        """Waits until it has seen just these, in this order."""
        eventually(lambda: len(self.seen) >= len(states))
        assert tuple(self.seen) == states, f'{self.seen} instead of {states}'


class Inside:
    """Counts who is in a place, and remembers how many were there at the most."""

    def __init__(self):
        self._lock = threading.Lock()
        self._now = 0
        self.peak = 0
        self.visits = 0

    def __enter__(self):
        with self._lock:
            self._now += 1
            self.visits += 1
            self.peak = max(self.peak, self._now)

    def __exit__(self, *_):
        with self._lock:
            self._now -= 1


class Case(unittest.TestCase):
    """Checks of one part of kazoo. Each has a connected client `zk` and an empty node `root` of its own."""

    maxDiff = None

    # Whether nothing else may run at the same time, because the whole server is disturbed.
    alone = False

    def setUp(self):
        self.zk = self.client()
        self.root = '/' + '/'.join(self.id().split('.')[-2:])
        self.zk.ensure_path(self.root)

    def client(self, port=PORT, chroot='', **options):
        """A client with a session of its own, connected."""
        client = self.unconnected(port, chroot, **options)
        client.start(timeout=WAIT)
        return client

    def unconnected(self, port=PORT, chroot='', hosts=None, **options):
        options.setdefault('timeout', 10)
        # Waits hardly longer before a later attempt than before the first.
        options.setdefault('connection_retry', {'max_tries': -1, 'delay': 0.05, 'backoff': 1})
        client = KazooClient(hosts or f'127.0.0.1:{port}{chroot}', **options)
        self.addCleanup(self._end, client)
        return client

    def run_beside(self, function, *arguments):
        """Calls a function in a thread of its own; returns what will be its result."""
        future = Future()

        def call():
            try:
                future.set_result(function(*arguments))
            except BaseException as exception:
                future.set_exception(exception)

        threading.Thread(target=call, daemon=True).start()
        return future

    def settle(self, client):
        """Returns when the watches of a client have been told of all that had happened before."""
        told = threading.Event()
        path = f'{self.root}-settled-{time.monotonic_ns()}'
        client.exists(path, watch=lambda event: told.set())
        client.create(path)
        self.assertTrue(told.wait(WAIT), 'The watch at the end was not told.')
        client.delete(path)

    @staticmethod
    def _end(client):
        client.stop()
        client.close()
