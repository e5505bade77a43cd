// Where a bucket gets what it does not have.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

module.exports = {
  async 'rules are put, read and deleted'(server) {
    await server.withBucket(async (cos, bucket) => {
      await refused(cos.getBucketOrigin(bucket), 404, 'OriginConfigurationNotFoundError');
      const OriginRule = [rule('Redirect', 'origin.example.com', { HttpRedirectCode: '302' })];
      await cos.putBucketOrigin({ ...bucket, OriginRule });
      assert.deepEqual((await cos.getBucketOrigin(bucket)).OriginRule, OriginRule);
      assert.equal((await cos.deleteBucketOrigin(bucket)).statusCode, 204);
      await refused(cos.getBucketOrigin(bucket), 404, 'OriginConfigurationNotFoundError');
    });
  },

  async 'what is missing is pulled from another bucket'(server) {
    await server.withBucket(async (cos, bucket) => {
      await server.withBucket(async (_, origin) => {
        await cos.putObject({ ...origin, Key: 'note', Body: 'pulled' });
        await cos.putBucketOrigin({ ...bucket, OriginRule: [rule('Mirror', server.bucketHost(origin))] });
        assert.equal((await cos.getObject({ ...bucket, Key: 'note' })).Body.toString(), 'pulled');
        assert.deepEqual((await cos.getBucket(bucket)).Contents.map((entry) => entry.Key), ['note']);
      }, { ACL: 'public-read' });
    });
  },
};

function rule(OriginType, HostName, parameters = {}) {
  return {
    RulePriority: '1',
    OriginType,
    OriginCondition: { HTTPStatusCode: '404' },
    OriginParameter: { Protocol: 'FOLLOW', FollowQueryString: 'true', ...parameters },
    OriginInfo: { HostInfo: { HostName } },
  };
}
