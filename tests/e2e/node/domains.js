// Domains of the user's own, bound to a bucket.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

module.exports = {
  async 'a domain is put, read and deleted'(server) {
    await server.withBucket(async (cos, bucket) => {
      await refused(cos.getBucketDomain(bucket), 404, 'DomainConfigNotFoundError');
      const DomainRule = [rule('one.example.com'), rule('two.example.com')];
      await cos.putBucketDomain({ ...bucket, DomainRule });
      const found = await cos.getBucketDomain(bucket);
      assert.deepEqual(found.DomainRule, DomainRule);
      assert.match(found.headers['x-cos-domain-txt-verification'], /^tencent-cloud-cos-verification=[0-9a-f]{32}$/);
      assert.equal((await cos.deleteBucketDomain(bucket)).statusCode, 204);
      await refused(cos.getBucketDomain(bucket), 404, 'DomainConfigNotFoundError');
      await refused(cos.putBucketDomain({ ...bucket, DomainRule: [rule('111')] }), 400, 'InvalidArgument');
    });
  },

  async 'a domain leads to its bucket'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putBucketDomain({ ...bucket, DomainRule: [rule('files.example.com')] });
      const through = server.client({ Domain: 'files.example.com' });
      await through.putObject({ ...bucket, Key: 'dir/a b', Body: 'note' });
      assert.equal((await through.getObject({ ...bucket, Key: 'dir/a b' })).Body.toString(), 'note');
      assert.deepEqual((await cos.getBucket(bucket)).Contents.map((entry) => entry.Key), ['dir/a b']);
      await server.withBucket(async (_, other) => {
        const DomainRule = [rule('files.example.com')];
        await refused(cos.putBucketDomain({ ...other, DomainRule }), 409, 'DomainConfigConflict');
      });
      await cos.deleteBucketDomain(bucket);
    });
  },
};

function rule(Name) {
  return { Status: 'ENABLED', Name, Type: 'REST' };
}
