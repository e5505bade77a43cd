// Buckets: created, found, listed, deleted.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

module.exports = {
  async 'a bucket is created, found, listed and deleted'(server) {
    const cos = server.client();
    const bucket = { Bucket: server.newBucketName(), Region: server.region };
    const { Location } = await cos.putBucket(bucket);
    assert.equal(Location, `${server.bucketHost(bucket)}/`);
    const head = await cos.headBucket(bucket);
    assert.equal(head.headers['x-cos-bucket-region'], server.region);
    assert.equal((await cos.getBucketLocation(bucket)).LocationConstraint, server.region);
    // With a region the SDK asks that region's name, without one the service's.
    for (const where of [{}, { Region: server.region }]) {
      const { Buckets } = await cos.getService(where);
      const found = Buckets.filter((entry) => entry.Name === bucket.Bucket);
      assert.deepEqual(found.map((entry) => entry.Location), [server.region]);
    }
    await refused(cos.putBucket(bucket), 409, 'BucketAlreadyOwnedByYou');
    await refused(server.otherAccount().putBucket(bucket), 403, 'AccessDenied');
    await cos.deleteBucket(bucket);
    // A HEAD carries no body to read a code from: the SDK takes the status for it.
    await refused(cos.headBucket(bucket), 404, '404');
    await refused(cos.getBucket(bucket), 404, 'NoSuchBucket');
    await refused(cos.getBucketLocation(bucket), 404, 'NoSuchBucket');
    await refused(cos.deleteBucket(bucket), 404, 'NoSuchBucket');
  },

  async 'a bucket that holds an object is kept'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putObject({ ...bucket, Key: 'kept', Body: 'kept' });
      await refused(cos.deleteBucket(bucket), 409, 'BucketNotEmpty');
    });
  },

  async 'buckets of several zones and with folders say so'(server) {
    for (const [option, header] of [
      [{ BucketAZConfig: 'MAZ' }, 'x-cos-bucket-az-type'],
      [{ BucketArchConfig: 'OFS' }, 'x-cos-bucket-arch'],
    ]) {
      await server.withBucket(async (cos, bucket) => {
        const { headers } = await cos.headBucket(bucket);
        const said = ['x-cos-bucket-az-type', 'x-cos-bucket-arch'].filter((name) => headers[name] !== undefined);
        assert.deepEqual([said, headers[header]], [[header], Object.values(option)[0]]);
      }, option);
    }
  },

  async 'a bucket keeps its deleter out'(server) {
    await server.withBucket(async (_, bucket) => {
      await refused(server.otherAccount().deleteBucket(bucket), 403, 'AccessDenied');
      await refused(server.otherAccount().headBucket(bucket), 403, '403');
    });
  },
};
