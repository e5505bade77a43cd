// The other ways in which this SDK can be pointed at a local server.
'use strict';

const assert = require('node:assert/strict');

module.exports = {
  async 'path style names the bucket in the path'(server) {
    await storesAndLists(server, { Ip: '', Domain: `${server.authority}/{Bucket}` });
  },

  async 'a forward proxy is asked for the real names'(server) {
    await storesAndLists(server, { Ip: '', Proxy: server.endpoint });
  },
};

async function storesAndLists(server, options) {
  await server.withBucket(async (_, bucket) => {
    const cos = server.client(options);
    const object = { ...bucket, Key: 'dir/a b+c' };
    await cos.putObject({ ...object, Body: 'stored' });
    assert.equal((await cos.getObject(object)).Body.toString(), 'stored');
    const { Contents } = await cos.getBucket({ ...bucket, Prefix: 'dir/' });
    assert.deepEqual(Contents.map((entry) => entry.Key), ['dir/a b+c']);
  });
}
