// Archived objects: out of reach until they are restored.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

const RestoreRequest = { Days: 7, CASJobParameters: { Tier: 'Standard' } };

module.exports = {
  async 'an archived object is out of reach until it is restored'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putObject({ ...note, Body: 'note', StorageClass: 'ARCHIVE' });
      await refused(cos.getObject(note), 403, 'InvalidObjectState');
      const CopySource = `${server.bucketHost(bucket)}/note`;
      await refused(cos.putObjectCopy({ ...bucket, Key: 'copy', CopySource }), 403, 'InvalidObjectState');
      assert.equal((await cos.restoreObject({ ...note, RestoreRequest })).statusCode, 202);
      const { headers } = await cos.headObject(note);
      assert.equal(headers['x-cos-storage-class'], 'ARCHIVE');
      assert.equal(headers['x-cos-restore'], 'ongoing-request="true"');
      await refused(cos.getObject(note), 403, 'InvalidObjectState');
      await refused(cos.restoreObject({ ...note, RestoreRequest }), 409, 'RestoreAlreadyInProgress');
    });
  },

  async 'what cannot be restored is refused'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await refused(cos.restoreObject({ ...note, RestoreRequest }), 404, 'NoSuchKey');
      await cos.putObject({ ...note, Body: 'note' });
      await refused(cos.restoreObject({ ...note, RestoreRequest }), 405, 'RestoreNonArchiveObject');
    });
  },
};
