"""Runs all checks, many at a time, and prints one line of JSON for each when it has ended: its name, and why it failed
or null. Arguments, if there are any, are the names of the checks to run."""

import faulthandler
import json
import logging
import sys
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

# Those that wait longest come first.
MODULES = ['connections', 'groups', 'access', 'calls', 'counting', 'data', 'locks', 'queues', 'restart', 'secure',
           'snippet', 'transactions', 'trees', 'watches', 'words']

# Checks mostly wait, so that far more of them than there are processors can run at once.
AT_ONCE = 20

printing = threading.Lock()


def checks(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from checks(item)
        else:
            yield item


def run(check):
    result = unittest.TestResult()
    check.run(result)
    problems = [text for _, text in result.failures + result.errors]
    if result.testsRun == 0 or result.skipped:
        problems.append('It did not run.')
    with printing:
        print(json.dumps({'check': check.id(), 'problem': '\n'.join(problems) or None}), flush=True)


def main(names):
    # A check that hangs ends the run, after telling where every thread is.
    faulthandler.dump_traceback_later(150, exit=True)
    logging.getLogger('kazoo').addHandler(logging.NullHandler())
    loaded = list(checks(unittest.defaultTestLoader.loadTestsFromNames(names or MODULES)))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(run, (check for check in loaded if not check.alone)))
    for check in loaded:
        if check.alone:
            run(check)


main(sys.argv[1:])
