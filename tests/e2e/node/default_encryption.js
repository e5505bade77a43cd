// The encryption that a bucket gives to uploads that name none.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

module.exports = {
  async 'an encryption is put, read and deleted'(server) {
    await server.withBucket(async (cos, bucket) => {
      const unset = await cos.getBucketEncryption(bucket);
      assert.deepEqual([unset.EncryptionConfiguration, unset.statusCode], [{ Rules: [] }, 404]);
      const Rule = by('AES256');
      await cos.putBucketEncryption({ ...bucket, ServerSideEncryptionConfiguration: { Rule: [Rule] } });
      // The SDK looks for the rules under another name than the service's.
      assert.deepEqual((await cos.getBucketEncryption(bucket)).ServerSideEncryptionConfiguration, { Rule });
      assert.equal((await cos.deleteBucketEncryption(bucket)).statusCode, 204);
      assert.equal((await cos.getBucketEncryption(bucket)).statusCode, 404);
      const wrong = { Rule: [by('ROT13')] };
      await refused(cos.putBucketEncryption({ ...bucket, ServerSideEncryptionConfiguration: wrong }), 400, 'InvalidArgument');
    });
  },

  async "uploads get the bucket's encryption"(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      for (const [algorithm, header] of [['AES256', 'AES256'], ['KMS', 'cos/kms']]) {
        await cos.putBucketEncryption({ ...bucket, ServerSideEncryptionConfiguration: { Rule: [by(algorithm)] } });
        const put = await cos.putObject({ ...note, Body: 'secret' });
        assert.equal(put.headers['x-cos-server-side-encryption'], header);
        const got = await cos.getObject(note);
        assert.deepEqual([got.Body.toString(), got.headers['x-cos-server-side-encryption']], ['secret', header]);
      }
    });
  },
};

function by(SSEAlgorithm) {
  return { ApplyServerSideEncryptionByDefault: { SSEAlgorithm } };
}
