// Tags of buckets and objects.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

const RED = { Key: 'color', Value: 'red' };
const BIG = { Key: 'size', Value: 'big one' };

module.exports = {
  async "a bucket's tags are put, read and deleted"(server) {
    await server.withBucket(async (cos, bucket) => {
      // The SDK makes an empty list of the answer 404.
      const unset = await cos.getBucketTagging(bucket);
      assert.deepEqual([unset.Tags, unset.statusCode], [[], 404]);
      assert.equal((await cos.putBucketTagging({ ...bucket, Tags: [RED, BIG] })).statusCode, 204);
      assert.deepEqual((await cos.getBucketTagging(bucket)).Tags, [RED, BIG]);
      await cos.putBucketTagging({ ...bucket, Tagging: { TagSet: [BIG] } });
      assert.deepEqual((await cos.getBucketTagging(bucket)).Tags, [BIG]);
      assert.equal((await cos.deleteBucketTagging(bucket)).statusCode, 204);
      assert.deepEqual((await cos.getBucketTagging(bucket)).Tags, []);
      await refused(cos.putBucketTagging({ ...bucket, Tags: [RED, RED] }), 400, 'InvalidTag');
    });
  },

  async "an object's tags are put, read, counted and deleted"(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putObject({ ...note, Body: 'note' });
      assert.deepEqual((await cos.getObjectTagging(note)).Tags, []);
      assert.equal((await cos.headObject(note)).headers['x-cos-tagging-count'], undefined);
      await cos.putObjectTagging({ ...note, Tags: [RED, BIG] });
      assert.deepEqual((await cos.getObjectTagging(note)).Tags, [RED, BIG]);
      assert.equal((await cos.headObject(note)).headers['x-cos-tagging-count'], '2');
      assert.equal((await cos.deleteObjectTagging(note)).statusCode, 204);
      assert.deepEqual((await cos.getObjectTagging(note)).Tags, []);
      await cos.putObject({ ...note, Body: 'note', 'x-cos-tagging': 'color=red&size=big%20one' });
      assert.deepEqual((await cos.getObjectTagging(note)).Tags, [RED, BIG]);
      const none = { ...bucket, Key: 'none' };
      await refused(cos.getObjectTagging(none), 404, 'NoSuchKey');
      await refused(cos.putObjectTagging({ ...none, Tags: [RED] }), 404, 'NoSuchKey');
      await refused(cos.deleteObjectTagging(none), 404, 'NoSuchKey');
      await refused(cos.putObjectTagging({ ...note, Tags: [RED, RED] }), 400, 'InvalidTag');
    });
  },

  async 'each version has its own tags'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status: 'Enabled' } });
      const { VersionId } = await cos.putObject({ ...note, Body: 'first' });
      await cos.putObject({ ...note, Body: 'second' });
      const tagged = await cos.putObjectTagging({ ...note, VersionId, Tags: [RED] });
      assert.equal(tagged.VersionId, VersionId);
      assert.deepEqual((await cos.getObjectTagging({ ...note, VersionId })).Tags, [RED]);
      assert.deepEqual((await cos.getObjectTagging(note)).Tags, []);
      await cos.deleteObjectTagging({ ...note, VersionId });
      assert.deepEqual((await cos.getObjectTagging({ ...note, VersionId })).Tags, []);
    });
  },
};
