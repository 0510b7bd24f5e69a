"""A client of kazoo that does what it is told on standard input, one command a line, and says on standard output when it
has done so. It ends with its input. Its arguments are the port of the server and the timeout of its session, s."""

import sys
import threading

from kazoo.client import KazooClient
from kazoo.security import make_digest_acl

printing = threading.Lock()


def say(*words):
    with printing:
        print(*words, flush=True)


def acquire(lock):
    lock.acquire()
    say('locked', lock.node)


def create(zk, path, data='', *options):
    zk.create(path, data.encode(), ephemeral='ephemeral' in options, makepath=True,
              acl=[make_digest_acl('alice', 'secret', all=True)] if 'hidden' in options else None)


def do(zk, locks, command, path, *arguments):
    if command == 'lock':
        locks[path] = zk.Lock(path)
        threading.Thread(target=acquire, args=[locks[path]], daemon=True).start()
        return
    if command == 'unlock':
        locks.pop(path).release()
    elif command == 'create':
        create(zk, path, *arguments)
    elif command == 'set':
        zk.set(path, arguments[0].encode())
    elif command == 'delete':
        zk.delete(path)
    elif command == 'watch':
        zk.exists(path, watch=lambda event: say('event', event.type, event.path))
    elif command == 'watch-children':
        zk.get_children(path, watch=lambda event: say('event', event.type, event.path))
    elif command == 'owner':
        say('owner', '0x%016x' % (zk.exists(path).ephemeralOwner & 0xffffffffffffffff))
    else:
        raise ValueError(f'There is no command {command}.')
    say('done')


def main(port, timeout):
    zk = KazooClient(f'127.0.0.1:{port}', timeout=float(timeout))
    zk.start()
    say('session', '0x%016x' % (zk.client_id[0] & 0xffffffffffffffff))
    locks = {}
    for line in sys.stdin:
        do(zk, locks, *line.split())
    zk.stop()


main(*sys.argv[1:])
