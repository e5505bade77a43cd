// Inventories: jobs that list a bucket into files of another.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

module.exports = {
  async 'jobs are put, read, listed and deleted'(server) {
    await server.withBucket(async (cos, bucket) => {
      await server.withBucket(async (_, reports) => {
        const daily = { ...bucket, Id: 'daily' };
        await refused(cos.getBucketInventory(daily), 404, 'InventoryConfigurationNotFoundError');
        assert.deepEqual((await cos.listBucketInventory(bucket)).InventoryConfigurations, []);
        const InventoryConfiguration = job(server, reports);
        await cos.putBucketInventory({ ...daily, InventoryConfiguration });
        assert.deepEqual((await cos.getBucketInventory(daily)).InventoryConfiguration, InventoryConfiguration);
        const listed = await cos.listBucketInventory(bucket);
        assert.deepEqual(listed.InventoryConfigurations, [InventoryConfiguration]);
        assert.equal(listed.IsTruncated, 'false');
        assert.equal((await cos.deleteBucketInventory(daily)).statusCode, 204);
        await refused(cos.getBucketInventory(daily), 404, 'InventoryConfigurationNotFoundError');
        const wrong = { ...InventoryConfiguration, Schedule: { Frequency: 'Hourly' } };
        await refused(cos.putBucketInventory({ ...daily, InventoryConfiguration: wrong }), 400, 'InvalidArgument');
      });
    });
  },
};

function job(server, reports) {
  return {
    Id: 'daily',
    IsEnabled: 'true',
    Destination: {
      COSBucketDestination: {
        Format: 'CSV',
        AccountId: '100000000001',
        Bucket: `qcs::cos:${server.region}::${reports.Bucket}`,
        Prefix: 'reports',
        Encryption: { SSECOS: '' },
      },
    },
    Schedule: { Frequency: 'Daily' },
    Filter: { Prefix: 'docs/' },
    IncludedObjectVersions: 'All',
    OptionalFields: ['Size', 'ETag'],
  };
}
