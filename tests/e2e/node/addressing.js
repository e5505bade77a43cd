// The other way in which this SDK can be pointed at a local server.
'use strict';

const assert = require('node:assert/strict');

module.exports = {
  async 'path style names the bucket in the path'(server) {
    await server.withBucket(async (_, bucket) => {
      const cos = server.client({ Ip: '', Domain: `${server.authority}/{Bucket}` });
      const object = { ...bucket, Key: 'dir/a b+c' };
      await cos.putObject({ ...object, Body: 'stored' });
      assert.equal((await cos.getObject(object)).Body.toString(), 'stored');
      const { Contents } = await cos.getBucket({ ...bucket, Prefix: 'dir/' });
      assert.deepEqual(Contents.map((entry) => entry.Key), ['dir/a b+c']);
    });
  },
};
