// Bucket policies: kept as they are, and decisive.
'use strict';

const assert = require('node:assert/strict');
const { OTHER, refused } = require('./harness');

module.exports = {
  async 'a policy is put, read and deleted'(server) {
    await server.withBucket(async (cos, bucket) => {
      await refused(cos.getBucketPolicy(bucket), 404, 'NoSuchBucketPolicy');
      const document = policy(server, bucket, { effect: 'allow', actions: ['name/cos:GetObject'], keys: 'docs/*' });
      const put = await cos.putBucketPolicy({ ...bucket, Policy: document });
      assert.equal(put.statusCode, 204);
      assert.deepEqual((await cos.getBucketPolicy(bucket)).Policy, document);
      await cos.putBucketPolicy({ ...bucket, Policy: JSON.stringify(document) });
      assert.deepEqual((await cos.getBucketPolicy(bucket)).Policy, document);
      assert.equal((await cos.deleteBucketPolicy(bucket)).statusCode, 204);
      await refused(cos.getBucketPolicy(bucket), 404, 'NoSuchBucketPolicy');
      assert.equal((await cos.deleteBucketPolicy(bucket)).statusCode, 204);
    });
  },

  async 'the list of statements may be written small'(server) {
    await server.withBucket(async (cos, bucket) => {
      const { Statement, version } = policy(server, bucket, { effect: 'allow', actions: ['name/cos:*'], keys: '*' });
      await cos.putBucketPolicy({ ...bucket, Policy: { statement: Statement, version } });
      assert.deepEqual((await cos.getBucketPolicy(bucket)).Policy, { Statement, version });
    });
  },

  async 'a policy allows its actions, and a denial wins'(server) {
    await server.withBucket(async (cos, bucket) => {
      const friend = server.otherAccount();
      for (const Key of ['docs/a', 'docs/secret', 'else']) {
        await cos.putObject({ ...bucket, Key, Body: Key });
      }
      const allowed = { effect: 'allow', actions: ['name/cos:GetObject', 'name/cos:GetBucket'], keys: '*' };
      const denied = { effect: 'deny', actions: ['name/cos:GetObject'], keys: 'docs/secret' };
      await cos.putBucketPolicy({ ...bucket, Policy: policy(server, bucket, allowed, denied) });
      assert.equal((await friend.getObject({ ...bucket, Key: 'docs/a' })).Body.toString(), 'docs/a');
      assert.equal((await friend.getBucket(bucket)).Contents.length, 3);
      await refused(friend.getObject({ ...bucket, Key: 'docs/secret' }), 403, 'AccessDenied');
      await refused(friend.putObject({ ...bucket, Key: 'else', Body: 'x' }), 403, 'AccessDenied');
    });
  },

  async 'a policy that makes no sense is refused'(server) {
    await server.withBucket(async (cos, bucket) => {
      for (const Policy of [{ version: '2.0' }, { version: '2.0', Statement: [{ Effect: 'allow' }] }]) {
        await refused(cos.putBucketPolicy({ ...bucket, Policy }), 400, 'MalformedPolicy');
      }
    });
  },
};

// A policy about the other account and keys of the bucket that have a pattern.
function policy(server, bucket, ...rules) {
  const of = `qcs::cos:${server.region}:uid/${server.appid}:${bucket.Bucket}`;
  const statement = ({ effect, actions, keys }) => ({
    Principal: { qcs: [OTHER] },
    Effect: effect,
    Action: actions,
    Resource: [`${of}/${keys}`],
  });
  return { Statement: rules.map(statement), version: '2.0' };
}
