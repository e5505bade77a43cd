// Sub-accounts: what their own policies and the bucket's policy let them do.
'use strict';

const assert = require('node:assert/strict');
const { GUEST, READER, refused } = require('./harness');

module.exports = {
  async 'a user may do what its policy says'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putObject({ ...note, Body: 'note' });
      const reader = server.user(READER);
      assert.equal((await reader.getObject(note)).Body.toString(), 'note');
      assert.deepEqual((await reader.getBucket(bucket)).Contents.map((entry) => entry.Key), ['note']);
      await refused(reader.putObject({ ...note, Body: 'changed' }), 403, 'AccessDenied');
      await refused(reader.deleteObject(note), 403, 'AccessDenied');
      await refused(server.user(GUEST).getObject(note), 403, 'AccessDenied');
      await refused(server.user(GUEST).getService(), 403, 'AccessDenied');
    });
  },

  async 'a bucket can let a user in, and keep one out'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putObject({ ...note, Body: 'note' });
      const statement = (Effect, qcs) => ({
        Effect,
        Principal: { qcs: [qcs] },
        Action: ['name/cos:GetObject'],
        Resource: [`qcs::cos:${server.region}:uid/${server.appid}:${bucket.Bucket}/*`],
      });
      const Policy = { Statement: [statement('allow', GUEST), statement('deny', READER)], version: '2.0' };
      await cos.putBucketPolicy({ ...bucket, Policy });
      assert.equal((await server.user(GUEST).getObject(note)).Body.toString(), 'note');
      await refused(server.user(READER).getObject(note), 403, 'AccessDenied');
      assert.equal((await server.user(READER).headObject(note)).statusCode, 200);
    });
  },
};
