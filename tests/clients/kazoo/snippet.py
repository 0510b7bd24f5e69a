"""The first thing that a reader of kazoo's documentation tries, typed into a Python of its own."""

import subprocess
import sys
import threading

from case import PORT, WAIT, Calls, Case

SNIPPET = r'''
from kazoo.client import KazooClient
zk = KazooClient(hosts='127.0.0.1:2181'); zk.start()
@zk.DataWatch('/my_node')
def my_func(data, stat):
    print("Data is %s" % data); print("Version is %s" % stat.version)

'''


class Snippet(Case):
    def test_the_snippet_simply_works(self):
        self.zk.create('/my_node', b'first')
        # Interactive, so that it goes on after the last line as it does for somebody who types.
        python = subprocess.Popen([sys.executable, '-i', '-u', '-q'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, python)
        lines = Calls()
        threading.Thread(target=lambda: [lines(line.strip()) for line in python.stdout], daemon=True).start()

        python.stdin.write(SNIPPET.replace('2181', str(PORT)))
        python.stdin.flush()

        self.assertEqual([("Data is b'first'",), ('Version is 0',)], [lines.next(), lines.next()])
        self.zk.set('/my_node', b'second')
        self.assertEqual([("Data is b'second'",), ('Version is 1',)], [lines.next(), lines.next()])
        python.stdin.write('zk.stop()\nexit()\n')
        python.stdin.flush()
        self.assertEqual(0, python.wait(WAIT))

    @staticmethod
    def end(python):
        python.kill()
        python.wait()
        for pipe in (python.stdin, python.stdout, python.stderr):
            pipe.close()
