// Server-side encryption of small objects, with the service's keys and with the caller's.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');
const { customerKey } = require('./customer_key');

const KEY = customerKey('0123456789abcdef0123456789ABCDEF');
const OTHER_KEY = customerKey('another key of thirty-two bytes.');

module.exports = {
  async 'SSE-COS and SSE-KMS are named in every answer'(server) {
    await server.withBucket(async (cos, bucket) => {
      for (const algorithm of ['AES256', 'cos/kms']) {
        const object = { ...bucket, Key: `secret of ${algorithm}` };
        const put = await cos.putObject({ ...object, Body: 'secret', ServerSideEncryption: algorithm });
        const got = await cos.getObject(object);
        for (const answer of [put, got, await cos.headObject(object)]) {
          assert.equal(answer.headers['x-cos-server-side-encryption'], algorithm);
          const keyId = answer.headers['x-cos-server-side-encryption-cos-kms-key-id'];
          assert.equal(Boolean(keyId), algorithm === 'cos/kms');
        }
        assert.equal(got.Body.toString(), 'secret');
      }
    });
  },

  async 'SSE-C needs the same key again'(server) {
    await server.withBucket(async (cos, bucket) => {
      const object = { ...bucket, Key: 'secret' };
      const put = await cos.putObject({ ...object, ...KEY, Body: 'a secret that is longer than one block' });
      const got = await cos.getObject({ ...object, ...KEY });
      for (const answer of [put, got, await cos.headObject({ ...object, ...KEY })]) {
        assert.equal(answer.headers['x-cos-server-side-encryption-customer-algorithm'], 'AES256');
        assert.equal(answer.headers['x-cos-server-side-encryption-customer-key-md5'], KEY.SSECustomerKeyMD5);
      }
      assert.equal(got.Body.toString(), 'a secret that is longer than one block');
      await refused(cos.getObject(object), 400, 'InvalidRequest');
      await refused(cos.getObject({ ...object, ...OTHER_KEY }), 403, 'AccessDenied');
    });
  },
};
