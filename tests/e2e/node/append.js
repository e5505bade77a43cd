// Objects that grow at their end.
'use strict';

const assert = require('node:assert/strict');
const { md5, refused } = require('./harness');

module.exports = {
  async 'an object grows by what is appended'(server) {
    await server.withBucket(async (cos, bucket) => {
      const log = { ...bucket, Key: 'log' };
      const first = await cos.appendObject({ ...log, Body: 'first ', Position: 0, ContentType: 'text/x-log' });
      assert.equal(first.headers['x-cos-next-append-position'], '6');
      assert.equal(first.headers['x-cos-content-sha1'], md5('first '));
      const second = await cos.appendObject({ ...log, Body: 'second', Position: 6 });
      assert.equal(second.headers['x-cos-next-append-position'], '12');
      const got = await cos.getObject(log);
      assert.equal(got.Body.toString(), 'first second');
      assert.equal(got.headers['content-type'], 'text/x-log');
      assert.equal(got.headers['x-cos-object-type'], 'appendable');
      await refused(cos.appendObject({ ...log, Body: 'x', Position: 6 }), 409, 'AppendPositionErr');
    });
  },

  async 'an ordinary object does not grow'(server) {
    await server.withBucket(async (cos, bucket) => {
      const log = { ...bucket, Key: 'log' };
      await cos.putObject({ ...log, Body: 'note' });
      await refused(cos.appendObject({ ...log, Body: 'x', Position: 4 }), 409, 'ObjectNotAppendable');
    });
  },
};
