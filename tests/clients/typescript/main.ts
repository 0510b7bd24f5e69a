// Creates, reads, changes and deletes a node three levels deep through the client that is generated from the document.
import createClient from 'openapi-fetch';
import type { paths } from './generated/api.js';

const client = createClient<paths>({ baseUrl: process.argv[2] });
const node = { path: { path: 'generated/typescript/leaf' } };

function check(holds: boolean, what: string): asserts holds {
  if (!holds) {
    throw new Error(`This does not hold: ${what}`);
  }
}

const created = await client.POST('/v1/nodes/{path}', {
  params: node,
  body: { data: 'one', createParents: true },
});
check(created.response.status === 201, 'the node is created');
check(created.data?.path === '/generated/typescript/leaf', 'it has the path that was asked for');

const read = await client.GET('/v1/nodes/{path}', { params: node });
check(read.data?.data === 'one', 'its data is what was written');
const tag = read.data.etag;
check(typeof tag === 'string', 'it has an entity tag');

const changed = await client.PUT('/v1/nodes/{path}', {
  params: { ...node, header: { 'If-Match': tag } },
  body: { data: 'two' },
});
check(changed.data?.stat?.version === 1, 'a change under the right tag makes version 1');

const refused = await client.PUT('/v1/nodes/{path}', {
  params: { ...node, header: { 'If-Match': tag } },
  body: { data: 'three' },
});
check(refused.response.status === 412 && refused.error?.code === 'bad-version', 'the tag fits only once');

const deleted = await client.DELETE('/v1/nodes/{path}', { params: node });
check(deleted.response.status === 204, 'the node is deleted');

const gone = await client.GET('/v1/nodes/{path}', { params: node });
check(gone.response.status === 404 && gone.error?.code === 'no-node', 'it is gone');

console.log('created, read, changed, refused and deleted');
