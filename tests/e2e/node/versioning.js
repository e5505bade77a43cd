// Versions of objects: kept, listed, read, deleted, in all three states of a bucket.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

const UNKNOWN = 'MTg0NDUxNTc1NjIzMTQ1MDAwODg';

module.exports = {
  async 'a bucket says whether it keeps versions'(server) {
    await server.withBucket(async (cos, bucket) => {
      // An empty answer of a setting that was never made.
      assert.deepEqual((await cos.getBucketVersioning(bucket)).VersioningConfiguration, {});
      for (const Status of ['Enabled', 'Suspended']) {
        await version(cos, bucket, Status);
        assert.deepEqual((await cos.getBucketVersioning(bucket)).VersioningConfiguration, { Status });
      }
      await refused(version(cos, bucket, 'Off'), 400, 'InvalidArgument');
    });
  },

  async 'every write adds a version, and a delete hides them'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      assert.equal((await cos.putObject({ ...note, Body: 'before' })).VersionId, undefined);
      await version(cos, bucket, 'Enabled');
      const first = (await cos.putObject({ ...note, Body: 'first' })).VersionId;
      const second = (await cos.putObject({ ...note, Body: 'second' })).VersionId;
      for (const [VersionId, body] of [['null', 'before'], [first, 'first'], [second, 'second']]) {
        const got = await cos.getObject({ ...note, VersionId });
        assert.deepEqual([got.Body.toString(), got.VersionId], [body, VersionId]);
        assert.equal((await cos.headObject({ ...note, VersionId })).headers['content-length'], String(body.length));
      }
      await refused(cos.getObject({ ...note, VersionId: UNKNOWN }), 404, 'NoSuchVersion');

      const deleted = await cos.deleteObject(note);
      assert.equal(deleted.headers['x-cos-delete-marker'], 'true');
      const marker = deleted.VersionId;
      await refused(cos.getObject(note), 404, 'NoSuchKey');
      const { Versions, DeleteMarkers } = await cos.listObjectVersions(bucket);
      assert.deepEqual(Versions.map((entry) => entry.VersionId), [second, first, 'null']);
      assert.deepEqual(DeleteMarkers.map((entry) => [entry.VersionId, entry.IsLatest]), [[marker, 'true']]);

      await cos.deleteObject({ ...note, VersionId: marker });
      assert.equal((await cos.getObject(note)).Body.toString(), 'second');
      await cos.deleteObject({ ...note, VersionId: second });
      assert.equal((await cos.getObject(note)).Body.toString(), 'first');
    });
  },

  async 'a suspended bucket writes the null version'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await version(cos, bucket, 'Enabled');
      const kept = (await cos.putObject({ ...note, Body: 'kept' })).VersionId;
      await version(cos, bucket, 'Suspended');
      for (const Body of ['replaced', 'last']) {
        assert.equal((await cos.putObject({ ...note, Body })).VersionId, undefined);
      }
      const { Versions } = await cos.listObjectVersions(bucket);
      assert.deepEqual(Versions.map((entry) => [entry.VersionId, entry.Size]), [['null', '4'], [kept, '4']]);
    });
  },

  async 'versions are listed in pages'(server) {
    await server.withBucket(async (cos, bucket) => {
      await version(cos, bucket, 'Enabled');
      for (const Key of ['a/1', 'a/2', 'b', 'b', '中']) {
        await cos.putObject({ ...bucket, Key, Body: Key });
      }
      const keys = [];
      let markers = {};
      for (;;) {
        const page = await cos.listObjectVersions({ ...bucket, MaxKeys: 2, ...markers });
        keys.push(...page.Versions.map((entry) => entry.Key));
        if (page.IsTruncated === 'false') {
          break;
        }
        markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      }
      assert.deepEqual(keys, ['a/1', 'a/2', 'b', 'b', '中']);
      const rolledUp = await cos.listObjectVersions({ ...bucket, Delimiter: '/', Prefix: 'a' });
      assert.deepEqual([rolledUp.CommonPrefixes.Prefix, rolledUp.Versions], ['a/', []]);
      const encoded = await cos.listObjectVersions({ ...bucket, Prefix: '中', EncodingType: 'url' });
      assert.equal(decodeURIComponent(encoded.Versions[0].Key), '中');
    });
  },
};

function version(cos, bucket, Status) {
  return cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status } });
}
