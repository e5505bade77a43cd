// Buckets: created, found, listed, deleted.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

module.exports = {
  async 'a bucket is created, found, listed and deleted'(server) {
    const cos = server.client();
    const bucket = { Bucket: server.newBucketName(), Region: server.region };
    await cos.putBucket(bucket);
    const head = await cos.headBucket(bucket);
    assert.equal(head.headers['x-cos-bucket-region'], server.region);
    // With a region the SDK asks that region's name, without one the service's.
    for (const where of [{}, { Region: server.region }]) {
      const { Buckets } = await cos.getService(where);
      const found = Buckets.filter((entry) => entry.Name === bucket.Bucket);
      assert.deepEqual(found.map((entry) => entry.Location), [server.region]);
    }
    await refused(cos.putBucket(bucket), 409, 'BucketAlreadyOwnedByYou');
    await cos.deleteBucket(bucket);
    // A HEAD carries no body to read a code from: the SDK takes the status for it.
    await refused(cos.headBucket(bucket), 404, '404');
    await refused(cos.getBucket(bucket), 404, 'NoSuchBucket');
  },

  async 'a bucket that holds an object is kept'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putObject({ ...bucket, Key: 'kept', Body: 'kept' });
      await refused(cos.deleteBucket(bucket), 409, 'BucketNotEmpty');
    });
  },
};
