// The hub as a Node service uses it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpTransportType } from '@microsoft/signalr';
import { connect, eventOf, problem, webSockets } from './client.js';

// To negotiate takes two requests, which a proxy may send to two instances that do not know of each other.
const transports = {
  'WebSockets without negotiation': webSockets,
  ...(process.env.WEBCOORD_BALANCED ? {} : { 'the transport that is negotiated': {} }),
};

for (const refused of ['ServerSentEvents', 'LongPolling']) {
  test(`${refused} would not show a dead client, and is refused`, async () => {
    await assert.rejects(connect({ transport: HttpTransportType[refused] }));
  });
}

for (const [name, options] of Object.entries(transports)) {
  test(`a watch fires once over ${name}`, async () => {
    const path = `/node-${name.replaceAll(' ', '-')}`;
    const client = await connect(options);
    try {
      const session = await client.call('OpenSession', { timeoutMs: 10_000 });
      assert.match(session.sessionId, /^0x[0-9a-f]{16}$/);
      await client.call('CreateNode', { path, data: 'one', mode: 'ephemeral' });
      const armed = await client.call('Watch', { watchId: 'w', path, kind: 'data', mode: 'once' });
      assert.equal(armed.exists, true);

      await client.call('PutNode', { path, data: 'two' });
      await client.call('PutNode', { path, data: 'three' });
      const { event } = await client.next(eventOf('w'));
      assert.equal(event.type, 'dataChanged');
      assert.equal(event.path, path);
      assert.equal(event.cause, 'write');
      assert.ok(BigInt(event.zxid) > BigInt(armed.zxid));
      assert.equal((await client.call('GetNode', { path })).data, 'three');
      assert.deepEqual(client.pushes.filter(eventOf('w')), [], 'a one-shot watch fires once');
      await client.call('CloseSession');
      assert.equal((await problem(client.call('GetNode', { path }))).code, 'no-node');
    } finally {
      await client.stop();
    }
  });
}

test('a watch on a missing node tells of its creation, and one on children of a child', async () => {
  const client = await connect();
  try {
    const missing = await client.call('Watch', { watchId: 'x', path: '/parent', kind: 'exists', mode: 'once' });
    assert.equal(missing.exists, false);
    assert.equal(missing.stat, null);
    await client.call('CreateNode', { path: '/parent', data: null });
    assert.equal((await client.next(eventOf('x'))).event.type, 'created');

    await client.call('Watch', { watchId: 'c', path: '/parent', kind: 'children', mode: 'once' });
    const child = await client.call('CreateNode', { path: '/parent/n-', mode: 'persistentSequential', data: 'x' });
    assert.equal(child.path, '/parent/n-0000000000');
    assert.equal((await client.next(eventOf('c'))).event.type, 'childrenChanged');
    const listed = await client.call('GetChildren', { path: '/parent', include: 'data' });
    assert.deepEqual(listed.children.map(entry => [entry.name, entry.data]), [['n-0000000000', 'x']]);
  } finally {
    await client.stop();
  }
});

test('a session moves to a second connection with its token', async () => {
  const first = await connect();
  const second = await connect();
  try {
    const opened = await first.call('OpenSession', { timeoutMs: 10_000 });
    await first.call('CreateNode', { path: '/moving', mode: 'ephemeral', data: null });
    const resumed = await second.call('OpenSession', { timeoutMs: 10_000, token: opened.token });
    assert.equal(resumed.sessionId, opened.sessionId);

    await first.next(push => push.name === 'SessionEvent' && push.state === 'suspended');
    assert.equal((await problem(first.call('PutNode', { path: '/moving', data: 'x' }))).code, 'session-moved');
    await first.stop();
    await second.call('PutNode', { path: '/moving', data: 'mine' });
    await second.call('CloseSession');
    assert.equal((await problem(second.call('GetNode', { path: '/moving' }))).code, 'no-node');
  } finally {
    await first.stop();
    await second.stop();
  }
});

test('a node of the full size passes, one byte more is refused', async () => {
  const client = await connect();
  try {
    const data = Buffer.alloc(1_048_000, 0xff).toString('base64');
    await client.call('CreateNode', { path: '/large', data, encoding: 'base64' });
    const read = await client.call('GetNode', { path: '/large' });
    assert.equal(read.encoding, 'base64');
    assert.equal(read.data, data);
    const more = Buffer.alloc(1_048_001, 0xff).toString('base64');
    assert.equal((await problem(client.call('PutNode', { path: '/large', data: more, encoding: 'base64' }))).code,
      'too-large');
  } finally {
    await client.stop();
  }
});

test('a failed call tells its problem', async () => {
  const client = await connect();
  try {
    const missing = await problem(client.call('GetNode', { path: '/nowhere' }));
    assert.equal(missing.code, 'no-node');
    assert.equal(missing.status, 404);
    assert.equal(missing.path, '/nowhere');
    const unknown = await problem(client.call('GetNode', { path: '/', colour: 'red' }));
    assert.equal(unknown.code, 'bad-arguments');
  } finally {
    await client.stop();
  }
});
