// Many objects deleted by one call.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

module.exports = {
  async 'many objects are deleted at once'(server) {
    await server.withBucket(async (cos, bucket) => {
      const keys = ['a', 'dir/b c', '中', '<&>'];
      for (const Key of [...keys, 'kept']) {
        await cos.putObject({ ...bucket, Key, Body: 'note' });
      }
      // A key that is not there counts as deleted.
      const Objects = [...keys, 'never there'].map((Key) => ({ Key }));
      const { Deleted, Error } = await cos.deleteMultipleObject({ ...bucket, Objects });
      assert.deepEqual([Deleted, Error], [Objects, []]);
      assert.deepEqual((await cos.getBucket(bucket)).Contents.map((entry) => entry.Key), ['kept']);
      const quiet = await cos.deleteMultipleObject({ ...bucket, Objects: [{ Key: 'kept' }], Quiet: true });
      assert.deepEqual([quiet.Deleted, quiet.Error], [[], []]);
      assert.deepEqual((await cos.getBucket(bucket)).Contents, []);
    });
  },

  async 'versions are deleted by id'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status: 'Enabled' } });
      const { VersionId } = await cos.putObject({ ...bucket, Key: 'note', Body: 'note' });
      const marked = await cos.deleteMultipleObject({ ...bucket, Objects: [{ Key: 'note' }] });
      const [{ DeleteMarkerVersionId: marker, ...rest }] = marked.Deleted;
      assert.deepEqual(rest, { Key: 'note', DeleteMarker: 'true' });
      const Objects = [{ Key: 'note', VersionId: marker }, { Key: 'note', VersionId }];
      const { Deleted } = await cos.deleteMultipleObject({ ...bucket, Objects });
      assert.deepEqual(Deleted[0], { ...Objects[0], DeleteMarker: 'true', DeleteMarkerVersionId: marker });
      assert.deepEqual(Deleted[1], Objects[1]);
      assert.deepEqual((await cos.listObjectVersions(bucket)).Versions, []);
    });
  },

  async 'a list that makes no sense is refused'(server) {
    await server.withBucket(async (cos, bucket) => {
      await refused(cos.deleteMultipleObject({ ...bucket, Objects: [] }), 400, 'MalformedXML');
      const Objects = Array.from({ length: 1001 }, (_, index) => ({ Key: `key ${index}` }));
      await refused(cos.deleteMultipleObject({ ...bucket, Objects }), 400, 'MalformedXML');
    });
  },
};
