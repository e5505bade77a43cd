// The list of an account's buckets, with its filters and pages.
'use strict';

const assert = require('node:assert/strict');
const { OWNER, refused } = require('./harness');

module.exports = {
  async 'buckets are listed by name in pages'(server) {
    const cos = server.client();
    const name = server.newBucketName();
    const [first, second, third] = ['a', 'b', 'c'].map((letter) => name.replace('-', `-${letter}-`));
    for (const Bucket of [third, first, second]) {
      await cos.putBucket({ Bucket, Region: server.region });
    }
    const page = await cos.getService({ Marker: first, MaxKeys: 1 });
    assert.deepEqual(page.Owner, { ID: OWNER, DisplayName: '100000000001' });
    assert.deepEqual(page.Buckets.map((entry) => entry.Name), [second]);
    const [{ CreationDate, ...entry }] = (await cos.getService({ Marker: second })).Buckets;
    assert.deepEqual(entry, { Name: third, Location: server.region, BucketType: 'cos' });
    assert.match(CreationDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    for (const Bucket of [third, first, second]) {
      await cos.deleteBucket({ Bucket, Region: server.region });
    }
  },

  async 'filters choose buckets by tag and time'(server) {
    const tagged = { 'x-cos-tagging': 'purpose=filters' };
    await server.withBucket(async (cos, bucket) => {
      const names = async (filters) => (await cos.getService(filters)).Buckets.map((entry) => entry.Name);
      assert.deepEqual(await names({ TagKey: 'purpose', TagValue: 'filters' }), [bucket.Bucket]);
      assert.deepEqual(await names({ TagKey: 'purpose', TagValue: 'else' }), []);
      assert.ok((await names({ CreateTime: 1500000000, CreateRange: 'gt' })).includes(bucket.Bucket));
      assert.deepEqual(await names({ CreateTime: 1500000000, CreateRange: 'lte' }), []);
      // On a region's own host there are only its buckets.
      assert.ok((await names({ Region: server.region })).includes(bucket.Bucket));
      assert.deepEqual(await names({ Region: 'ap-beijing' }), []);
    }, tagged);
  },

  async 'an account sees its own buckets only'(server) {
    await server.withBucket(async () => {
      const { Buckets, Owner } = await server.otherAccount().getService();
      assert.deepEqual([Buckets, Owner.DisplayName], [[], '100000000002']);
      await refused(server.client({ SecretKey: 'wrong' }).getService(), 403, 'SignatureDoesNotMatch');
    });
  },
};
