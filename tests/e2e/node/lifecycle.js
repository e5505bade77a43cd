// Lifecycle rules: kept and checked.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

const RULES = [
  {
    ID: 'logs',
    Status: 'Enabled',
    Filter: { Prefix: 'logs/' },
    Transition: [
      { Days: '30', StorageClass: 'STANDARD_IA' },
      { Days: '90', StorageClass: 'ARCHIVE' },
    ],
    Expiration: { Days: '365' },
  },
  {
    ID: 'left over',
    Status: 'Disabled',
    Filter: { Prefix: 'tmp/' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: '7' },
    NoncurrentVersionExpiration: { NoncurrentDays: '60' },
  },
];

module.exports = {
  async 'rules are put, read and deleted'(server) {
    await server.withBucket(async (cos, bucket) => {
      // The SDK makes an empty list of the answer 404.
      const unset = await cos.getBucketLifecycle(bucket);
      assert.deepEqual([unset.Rules, unset.statusCode], [[], 404]);
      await cos.putBucketLifecycle({ ...bucket, Rules: RULES });
      assert.deepEqual((await cos.getBucketLifecycle(bucket)).Rules, RULES);
      await cos.putBucketLifecycle({ ...bucket, LifecycleConfiguration: { Rules: RULES.slice(1) } });
      assert.deepEqual((await cos.getBucketLifecycle(bucket)).Rules, RULES.slice(1));
      assert.equal((await cos.deleteBucketLifecycle(bucket)).statusCode, 204);
      assert.deepEqual((await cos.getBucketLifecycle(bucket)).Rules, []);
    });
  },

  async 'rules that make no sense are refused'(server) {
    await server.withBucket(async (cos, bucket) => {
      await refused(cos.putBucketLifecycle({ ...bucket, Rules: [RULES[0], RULES[0]] }), 400, 'InvalidArgument');
      const Rules = [{ ...RULES[0], Expiration: { Days: '20' } }];
      await refused(cos.putBucketLifecycle({ ...bucket, Rules }), 400, 'InvalidArgument');
    });
  },
};
