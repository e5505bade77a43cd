// Cross-origin rules: kept, asked by browsers before a request, and told with its answer.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

const SITE = 'https://www.example.com';
const RULES = [
  {
    ID: 'site',
    MaxAgeSeconds: '600',
    AllowedOrigins: ['https://*.example.com'],
    AllowedHeaders: ['x-cos-meta-author', 'Content-Type'],
    AllowedMethods: ['GET', 'PUT'],
    ExposeHeaders: ['ETag', 'x-cos-request-id'],
  },
  { AllowedOrigins: ['*'], AllowedHeaders: ['*'], AllowedMethods: ['HEAD'], ExposeHeaders: [] },
];

module.exports = {
  async 'rules are put, read and deleted'(server) {
    await server.withBucket(async (cos, bucket) => {
      // The SDK makes an empty list of the answer 404.
      const unset = await cos.getBucketCors(bucket);
      assert.deepEqual([unset.CORSRules, unset.statusCode], [[], 404]);
      await cos.putBucketCors({ ...bucket, CORSRules: RULES, ResponseVary: 'true' });
      const { CORSRules, ResponseVary } = await cos.getBucketCors(bucket);
      assert.deepEqual([CORSRules, ResponseVary], [RULES, 'true']);
      assert.equal((await cos.deleteBucketCors(bucket)).statusCode, 204);
      assert.deepEqual((await cos.getBucketCors(bucket)).CORSRules, []);
      const wrong = [{ AllowedOrigin: ['*'], AllowedMethod: ['PATCH'] }];
      await refused(cos.putBucketCors({ ...bucket, CORSRules: wrong }), 400, 'InvalidArgument');
    });
  },

  async 'a preflight is answered by the first rule that matches'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putBucketCors({ ...bucket, CORSRules: RULES });
      const ask = (Origin, method, headers) =>
        cos.optionsObject({
          ...bucket,
          Key: 'any/key',
          Origin,
          AccessControlRequestMethod: method,
          AccessControlRequestHeaders: headers,
        });
      const { statusCode, headers, RequestId, ...allowed } = await ask(SITE, 'PUT', 'content-type');
      assert.deepEqual(allowed, {
        AccessControlAllowOrigin: SITE,
        AccessControlAllowMethods: 'GET,PUT',
        AccessControlAllowHeaders: 'x-cos-meta-author,content-type',
        AccessControlExposeHeaders: 'ETag,x-cos-request-id',
        AccessControlMaxAge: '600',
      });
      assert.equal(headers['access-control-allow-credentials'], 'true');
      assert.equal((await ask('http://else.test', 'HEAD', 'x-anything')).AccessControlAllowOrigin, '*');
      assert.equal((await ask('http://else.test', 'PUT', 'content-type')).OptionsForbidden, true);
      await cos.deleteBucketCors(bucket);
      assert.equal((await ask(SITE, 'PUT', 'content-type')).OptionsForbidden, true);
    });
  },

  async 'answers say what another site may read'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putBucketCors({ ...bucket, CORSRules: RULES });
      await cos.putObject({ ...note, Body: 'note' });
      const { headers } = await cos.getObject({ ...note, Headers: { Origin: SITE } });
      assert.equal(headers['access-control-allow-origin'], SITE);
      assert.equal(headers['access-control-expose-headers'], 'ETag,x-cos-request-id');
      const elsewhere = await cos.getObject({ ...note, Headers: { Origin: 'http://else.test' } });
      assert.equal(elsewhere.headers['access-control-allow-origin'], undefined);
    });
  },
};
