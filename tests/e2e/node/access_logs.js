// The setting that says where access logs go.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

module.exports = {
  async 'logging is switched on and off'(server) {
    await server.withBucket(async (cos, bucket) => {
      await server.withBucket(async (_, logs) => {
        assert.equal((await cos.getBucketLogging(bucket)).BucketLoggingStatus, '');
        const BucketLoggingStatus = { LoggingEnabled: { TargetBucket: logs.Bucket, TargetPrefix: 'access/' } };
        await cos.putBucketLogging({ ...bucket, BucketLoggingStatus });
        assert.deepEqual((await cos.getBucketLogging(bucket)).BucketLoggingStatus, BucketLoggingStatus);
        await cos.putBucketLogging(bucket);
        assert.equal((await cos.getBucketLogging(bucket)).BucketLoggingStatus, '');
      });
      const BucketLoggingStatus = { LoggingEnabled: { TargetBucket: server.newBucketName(), TargetPrefix: '' } };
      await refused(cos.putBucketLogging({ ...bucket, BucketLoggingStatus }), 400, 'InvalidTargetBucketForLogging');
    });
  },
};
