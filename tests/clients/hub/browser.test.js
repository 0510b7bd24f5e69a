// The hub as a page uses it: in headless Chromium, from an origin that the server was told to allow.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { connect, problem, server } from './client.js';

const files = {
  '/': ['text/html', 'page.html'],
  '/signalr.js': ['text/javascript', 'node_modules/@microsoft/signalr/dist/browser/signalr.min.js'],
};

/** Serves the page on the given loopback port. */
async function serve(port) {
  const pages = createServer(async (request, response) => {
    const file = files[new URL(request.url, 'http://page').pathname];
    if (!file) {
      response.writeHead(404).end();
      return;
    }

    response.writeHead(200, { 'Content-Type': file[0] }).end(await readFile(new URL(file[1], import.meta.url)));
  });
  await new Promise(resolve => pages.listen(port, '127.0.0.1', resolve));
  return pages;
}

async function withPage(port, run) {
  const pages = await serve(port);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/?server=${encodeURIComponent(server)}`);
    await run(page, browser);
  } finally {
    await browser.close();
    await new Promise(resolve => pages.close(resolve));
  }
}

test('a page watches a node, reads it when it changes, and takes its ephemeral node along when it closes', async () => {
  await withPage(Number(process.env.PAGE_PORT), async (page, browser) => {
    const client = await connect();
    try {
      await page.waitForFunction(() => document.querySelector('#state').textContent !== 'connecting');
      assert.equal(await page.textContent('#state'), 'watching zero');
      for (const word of ['one', 'two', 'three']) {
        await client.call('PutNode', { path: '/page', data: word });
        await page.waitForFunction(
          expected => document.querySelector('#state').textContent === `watching ${expected}`, word);
      }

      assert.deepEqual(await page.locator('#events li').allTextContents(),
        ['dataChanged /page one', 'dataChanged /page two', 'dataChanged /page three']);
      await client.call('Watch', { watchId: 'gone', path: '/page', kind: 'data', mode: 'once' });
      await browser.close();
      const { event } = await client.next(push => push.name === 'WatchEvent' && push.watchId === 'gone');
      assert.equal(event.type, 'deleted');
      assert.equal(event.cause, 'session-expired');
      assert.equal((await problem(client.call('GetNode', { path: '/page' }))).code, 'no-node');
    } finally {
      await client.stop();
    }
  });
});

test('a page of an origin that is not allowed gets no connection', async () => {
  await withPage(Number(process.env.FOREIGN_PAGE_PORT), async page => {
    await page.waitForFunction(() => document.querySelector('#state').textContent !== 'connecting');
    assert.match(await page.textContent('#state'), /Error/);
  });
});
