// Lists of pages that may, or may not, link to a bucket's objects.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

const WHITE_LIST = {
  Status: 'Enabled',
  RefererType: 'White-List',
  DomainList: { Domains: ['*.example.com', 'other.test:8080'] },
  EmptyReferConfiguration: 'Deny',
};

module.exports = {
  async 'a list is put and read'(server) {
    await server.withBucket(async (cos, bucket) => {
      assert.deepEqual((await cos.getBucketReferer(bucket)).RefererConfiguration, {});
      await cos.putBucketReferer({ ...bucket, RefererConfiguration: WHITE_LIST });
      // The service adds it, though its page on the operation does not know it.
      const { VerifySignatureURL, ...found } = (await cos.getBucketReferer(bucket)).RefererConfiguration;
      assert.deepEqual(found, WHITE_LIST);
      const wrong = { ...WHITE_LIST, RefererType: 'Grey-List' };
      await refused(cos.putBucketReferer({ ...bucket, RefererConfiguration: wrong }), 400, 'InvalidArgument');
    });
  },

  async 'only pages on the white list get an object'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putObject({ ...bucket, Key: 'note', Body: 'note' });
      await cos.putBucketReferer({ ...bucket, RefererConfiguration: WHITE_LIST });
      const statusFrom = async (Referer) => {
        const headers = Referer ? { Referer } : {};
        return (await server.fetch('GET', `http://${server.bucketHost(bucket)}/note`, { headers })).status;
      };
      assert.equal(await statusFrom('https://www.example.com/page'), 200);
      assert.equal(await statusFrom('http://other.test:8080/'), 200);
      assert.equal(await statusFrom('http://elsewhere.test/'), 403);
      assert.equal(await statusFrom(''), 403);
      // Whoever signs is not asked.
      assert.equal((await cos.getObject({ ...bucket, Key: 'note' })).statusCode, 200);
    }, { ACL: 'public-read' });
  },
};
