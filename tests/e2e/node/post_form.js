// Uploads by an HTML form, which no SDK sends from Node, under a signature that the SDK makes.
'use strict';

const assert = require('node:assert/strict');

module.exports = {
  async 'a form uploads a file under one signature'(server) {
    await server.withBucket(async (cos, bucket) => {
      const Signature = cos.getAuth({ ...bucket, Method: 'POST' });
      const fields = { key: 'uploads/${filename}', 'Content-Type': 'text/x-form', success_action_status: '200' };
      const answer = await send(server, bucket, { ...fields, Signature });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.location, `http://${server.bucketHost(bucket)}/uploads/note.txt`);
      const got = await cos.getObject({ ...bucket, Key: 'uploads/note.txt' });
      assert.deepEqual([got.Body.toString(), got.headers['content-type']], ['from a form', 'text/x-form']);
      assert.equal(answer.headers.etag, got.ETag);
    });
  },

  async 'a form that nobody signed is refused'(server) {
    await server.withBucket(async (cos, bucket) => {
      for (const signed of [{}, { Signature: cos.getAuth({ ...bucket, Method: 'PUT' }) }]) {
        assert.equal((await send(server, bucket, { key: 'note', ...signed })).status, 403);
      }
      assert.deepEqual((await cos.getBucket(bucket)).Contents, []);
    });
  },
};

async function send(server, bucket, fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    form.set(name, value);
  }
  form.set('file', new Blob(['from a form']), 'note.txt');
  const encoded = new Response(form);
  const headers = { 'Content-Type': encoded.headers.get('content-type') };
  const body = Buffer.from(await encoded.arrayBuffer());
  return server.fetch('POST', `http://${server.bucketHost(bucket)}/`, { headers, body });
}
