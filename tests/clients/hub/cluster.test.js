// The hub of several instances behind a proxy, while the instance that serves the client dies. It cannot kill one
// itself: it prints "kill" and the instance's name, and whoever runs it does so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, eventOf } from './client.js';

/** Repeats a call until it works: the instance, or the log, may just be gone. */
async function persistently(action) {
  const deadline = Date.now() + 60_000;
  while (true) {
    try {
      return await action();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }

      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}

test('a session, its ephemeral node and what it watches outlive the instance that served it', async () => {
  const other = await connect();
  const first = await connect();
  const closed = new Promise(resolve => first.connection.onclose(resolve));
  let second;
  try {
    await other.call('PutNode', { path: '/watched-through-all', data: 'one' });
    const opened = await first.call('OpenSession', { timeoutMs: 30_000 });
    await first.call('CreateNode', { path: '/outlives', mode: 'ephemeral', data: 'still here' });
    const armed = await first.call('Watch',
      { watchId: 'w', path: '/watched-through-all', kind: 'data', mode: 'once' });

    console.log(`kill ${opened.instance}`);
    await closed;
    second = await persistently(() => connect());
    const resumed = await persistently(() => second.call('OpenSession',
      { timeoutMs: 30_000, token: opened.token, lastZxid: armed.zxid }));
    assert.equal(resumed.sessionId, opened.sessionId);
    assert.notEqual(resumed.instance, opened.instance);
    assert.equal((await second.call('GetNode', { path: '/outlives' })).data, 'still here');

    await second.call('Watch', { watchId: 'w', path: '/watched-through-all', kind: 'data', mode: 'once' });
    const third = await persistently(() => connect());
    await persistently(() => third.call('PutNode', { path: '/watched-through-all', data: 'two' }));
    const { event } = await second.next(eventOf('w'));
    assert.equal(event.type, 'dataChanged');
    assert.ok(BigInt(event.zxid) > BigInt(armed.zxid));
    await third.stop();
    await second.call('CloseSession');
    await second.stop();
  } finally {
    await first.stop();
    await other.stop();
    await second?.stop();
  }
});
