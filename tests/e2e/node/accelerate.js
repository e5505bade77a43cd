// Global acceleration: a setting, and a host that takes uploads and downloads only.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

module.exports = {
  async 'acceleration is switched on and off'(server) {
    await server.withBucket(async (cos, bucket) => {
      assert.equal((await cos.getBucketAccelerate(bucket)).AccelerateConfiguration.Status, undefined);
      for (const Status of ['Enabled', 'Suspended']) {
        await cos.putBucketAccelerate({ ...bucket, AccelerateConfiguration: { Status } });
        const found = (await cos.getBucketAccelerate(bucket)).AccelerateConfiguration;
        assert.deepEqual(found, { Status, Type: 'COS' });
      }
      const AccelerateConfiguration = { Status: 'Sometimes' };
      await refused(cos.putBucketAccelerate({ ...bucket, AccelerateConfiguration }), 400, 'InvalidArgument');
    });
  },

  async 'the accelerated host takes uploads and downloads only'(server) {
    await server.withBucket(async (cos, bucket) => {
      const far = server.client({ UseAccelerate: true });
      const note = { ...bucket, Key: 'note' };
      await refused(far.putObject({ ...note, Body: 'note' }), 400, 'BucketAccelerateNotEnabled');
      await cos.putBucketAccelerate({ ...bucket, AccelerateConfiguration: { Status: 'Enabled' } });
      await far.putObject({ ...note, Body: 'note' });
      assert.equal((await far.getObject(note)).Body.toString(), 'note');
      assert.equal((await far.headObject(note)).headers['content-length'], '4');
      await refused(far.deleteObject(note), 400, 'ActionAccelerateNotSupported');
      await refused(far.getBucket(bucket), 400, 'ActionAccelerateNotSupported');
      const url = far.getObjectUrl(note);
      assert.ok(url.startsWith(`http://${bucket.Bucket}.cos.accelerate.myqcloud.com/note?`), url);
      assert.equal((await server.fetch('GET', url)).text, 'note');
    });
  },
};
