// Replication of what is written to another bucket.
'use strict';

const assert = require('node:assert/strict');
const { OWNER, refused } = require('./harness');

module.exports = {
  async 'rules are put, read and deleted'(server) {
    await withTwoBuckets(server, async (cos, source, target) => {
      // The SDK waits for another spelling of the code, and so hands the error on.
      await refused(cos.getBucketReplication(source), 404, 'ReplicationConfigurationNotFoundError');
      const ReplicationConfiguration = { Role: OWNER, Rules: [rule(server, target)] };
      await cos.putBucketReplication({ ...source, ReplicationConfiguration });
      assert.deepEqual((await cos.getBucketReplication(source)).ReplicationConfiguration, ReplicationConfiguration);
      assert.equal((await cos.deleteBucketReplication(source)).statusCode, 204);
      await refused(cos.getBucketReplication(source), 404, 'ReplicationConfigurationNotFoundError');
    });
  },

  async 'what is written appears in the other bucket'(server) {
    await withTwoBuckets(server, async (cos, source, target) => {
      const ReplicationConfiguration = { Role: OWNER, Rules: [rule(server, target)] };
      await cos.putBucketReplication({ ...source, ReplicationConfiguration });
      const { VersionId } = await cos.putObject({ ...source, Key: 'docs/a', Body: 'copied' });
      const deadline = Date.now() + 10000;
      for (;;) {
        const { headers } = await cos.headObject({ ...source, Key: 'docs/a' });
        if (headers['x-cos-replication-status'] === 'COMPLETED') {
          break;
        }
        assert.ok(Date.now() < deadline, headers['x-cos-replication-status']);
      }
      const got = await cos.getObject({ ...target, Key: 'docs/a' });
      assert.deepEqual([got.Body.toString(), got.VersionId], ['copied', VersionId]);
      assert.equal(got.headers['x-cos-replication-status'], 'REPLICA');
      await cos.deleteBucketReplication(source);
    });
  },
};

function rule(server, target) {
  const Bucket = `qcs::cos:${server.region}::${target.Bucket}`;
  return { ID: 'docs', Status: 'Enabled', Prefix: 'docs/', Destination: { Bucket } };
}

// Two buckets that keep versions.
async function withTwoBuckets(server, use) {
  await server.withBucket(async (cos, source) => {
    await server.withBucket(async (_, target) => {
      for (const bucket of [source, target]) {
        await cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status: 'Enabled' } });
      }
      await use(cos, source, target);
    });
  });
}
