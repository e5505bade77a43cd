// The SDK's call for whatever it has no call for.
'use strict';

const assert = require('node:assert/strict');
const COS = require('cos-nodejs-sdk-v5');
const { refused } = require('./harness');

const xml = COS.util.json2xml;

module.exports = {
  async 'any request can be made'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'dir/a b' };
      const put = await cos.request({ ...note, Method: 'PUT', Body: 'note', Headers: { 'x-cos-meta-author': 'a' } });
      assert.equal(put.statusCode, 200);
      const got = await cos.request({ ...note, Method: 'GET', RawBody: true });
      assert.deepEqual([got.Body.toString(), got.headers['x-cos-meta-author']], ['note', 'a']);
      const { ListBucketResult } = await cos.request({ ...bucket, Method: 'GET', Query: { prefix: 'dir/' } });
      assert.equal(ListBucketResult.Contents.Key, 'dir/a b');
      await refused(cos.request({ ...bucket, Key: 'none', Method: 'GET' }), 404, 'NoSuchKey');
    });
  },

  async 'a link leads to its target'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putObject({ ...bucket, Key: 'target', Body: 'note' });
      const link = { ...bucket, Key: 'link', Action: 'symlink' };
      await cos.request({ ...link, Method: 'PUT', Headers: { 'x-cos-symlink-target': 'target' } });
      const { headers } = await cos.request({ ...link, Method: 'GET' });
      assert.equal(headers['x-cos-symlink-target'], 'target');
      assert.equal((await cos.getObject({ ...bucket, Key: 'link' })).Body.toString(), 'note');
    });
  },

  async 'a key gets another name where there are folders'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putObject({ ...bucket, Key: 'dir/old name', Body: 'note' });
      const to = { ...bucket, Key: 'new name', Action: 'rename', Method: 'PUT' };
      await cos.request({ ...to, Headers: { 'x-cos-rename-source': 'dir/old%20name' } });
      assert.equal((await cos.getObject({ ...bucket, Key: 'new name' })).Body.toString(), 'note');
      await refused(cos.getObject({ ...bucket, Key: 'dir/old name' }), 404, 'NoSuchKey');
    }, { BucketArchConfig: 'OFS' });
  },

  async 'a locked object says how long it is locked'(server) {
    // Nothing can empty the bucket: it stays to the end of the run.
    const cos = server.client();
    const bucket = { Bucket: server.newBucketName(), Region: server.region };
    await cos.putBucket(bucket);
    const Body = xml({ ObjectLockConfiguration: {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } },
    } });
    await cos.request({ ...bucket, Action: 'object-lock', Method: 'PUT', Body });
    await cos.putObject({ ...bucket, Key: 'note', Body: 'note' });
    const { Retention } = await cos.request({ ...bucket, Key: 'note', Action: 'retention', Method: 'GET' });
    const days = (Date.parse(Retention.RetainUntilDate) - Date.now()) / 86400000;
    assert.ok(days > 0.99 && days < 1.01, Retention.RetainUntilDate);
    await refused(cos.deleteObject({ ...bucket, Key: 'note' }), 409, 'ObjectLocked');
  },

  async 'what a bucket wants signed must be signed'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      const strict = { ...bucket, Action: 'strict-signature' };
      const Rule = { ID: 'r', actionlist: { action: 'Get*' }, headerlist: { header: 'Host' }, paramlist: { param: 'all' } };
      await cos.request({ ...strict, Method: 'PUT', Body: xml({ StrictSignatureConfiguration: { Rule } }) });
      const { StrictSignatureConfiguration } = await cos.request({ ...strict, Method: 'GET' });
      assert.deepEqual(StrictSignatureConfiguration, { Rule });
      await cos.putObject({ ...note, Body: 'note' });
      // The SDK signs host and parameters.
      assert.equal((await cos.getObject({ ...note, ResponseContentType: 'text/x-note' })).Body.toString(), 'note');
      const late = `${cos.getObjectUrl(note)}&response-content-type=text%2Fx-note`;
      const answer = await server.fetch('GET', late);
      assert.equal(answer.status, 403);
      assert.match(answer.text, /Strict signature missing param that must be signed/);
      await cos.request({ ...strict, Method: 'DELETE' });
      assert.equal((await server.fetch('GET', late)).text, 'note');
    });
  },

  async 'what is not there is refused by name'(server) {
    await server.withBucket(async (cos, bucket) => {
      for (const Action of ['notification', 'live', 'response-control']) {
        // The SDK itself would ask three times more.
        const Query = { [Action]: '' };
        const Authorization = cos.getAuth({ ...bucket, Method: 'DELETE', Query });
        const url = `http://${server.bucketHost(bucket)}/?${Action}`;
        const answer = await server.fetch('DELETE', url, { headers: { Authorization } });
        assert.equal(answer.status, 501);
        assert.match(answer.text, /<Code>NotImplemented<\/Code>/);
      }
    });
  },
};
