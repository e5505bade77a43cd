// The SDK's call for whatever it has no call for.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

module.exports = {
  async 'any request can be made'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'dir/a b' };
      const put = await cos.request({ ...note, Method: 'PUT', Body: 'note', Headers: { 'x-cos-meta-author': 'a' } });
      assert.equal(put.statusCode, 200);
      const got = await cos.request({ ...note, Method: 'GET', RawBody: true });
      assert.deepEqual([got.Body.toString(), got.headers['x-cos-meta-author']], ['note', 'a']);
      const { ListBucketResult } = await cos.request({ ...bucket, Method: 'GET', Query: { prefix: 'dir/' } });
      assert.equal(ListBucketResult.Contents.Key, 'dir/a b');
      await refused(cos.request({ ...bucket, Key: 'none', Method: 'GET' }), 404, 'NoSuchKey');
    });
  },

  async 'a link leads to its target'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putObject({ ...bucket, Key: 'target', Body: 'note' });
      const link = { ...bucket, Key: 'link', Action: 'symlink' };
      await cos.request({ ...link, Method: 'PUT', Headers: { 'x-cos-symlink-target': 'target' } });
      const { headers } = await cos.request({ ...link, Method: 'GET' });
      assert.equal(headers['x-cos-symlink-target'], 'target');
      assert.equal((await cos.getObject({ ...bucket, Key: 'link' })).Body.toString(), 'note');
    });
  },

  async 'what is not there is refused by name'(server) {
    await server.withBucket(async (cos, bucket) => {
      for (const Action of ['notification', 'live', 'response-control']) {
        // The SDK itself would ask three times more.
        const Query = { [Action]: '' };
        const Authorization = cos.getAuth({ ...bucket, Method: 'DELETE', Query });
        const url = `http://${server.bucketHost(bucket)}/?${Action}`;
        const answer = await server.fetch('DELETE', url, { headers: { Authorization } });
        assert.equal(answer.status, 501);
        assert.match(answer.text, /<Code>NotImplemented<\/Code>/);
      }
    });
  },
};
