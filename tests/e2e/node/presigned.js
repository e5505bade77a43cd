// Presigned URLs, fetched by a client that knows nothing of COS.
'use strict';

const assert = require('node:assert/strict');
const COS = require('cos-nodejs-sdk-v5');

module.exports = {
  async 'presigned URLs put and get an object'(server) {
    await server.withBucket(async (cos, bucket) => {
      const object = { ...bucket, Key: 'dir/a b+中.txt' };
      const put = await presign(cos, { ...object, Method: 'PUT', Expires: 60 });
      const stored = await server.fetch('PUT', put, { body: 'through a URL' });
      assert.deepEqual([stored.status, stored.text], [200, '']);
      assert.equal((await cos.getObject(object)).Body.toString(), 'through a URL');
      const get = await presign(cos, { ...object, Method: 'GET', Expires: 60 });
      assert.equal((await server.fetch('GET', get)).text, 'through a URL');
      const { status, text } = await server.fetch('DELETE', get);
      assert.equal(status, 403);
      assert.match(text, /<Code>SignatureDoesNotMatch<\/Code>/);
    });
  },

  async 'the URL that is given without waiting works too'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putObject({ ...bucket, Key: 'note', Body: 'note' });
      // It leaves the `;` of the signature's lists as they are.
      const url = cos.getObjectUrl({ ...bucket, Key: 'note', Query: { 'response-content-type': 'text/plain' } });
      assert.ok(url.includes(';'), url);
      assert.equal((await server.fetch('GET', url)).text, 'note');
    });
  },

  async 'every method, parameter and header can be presigned'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      const Headers = { 'x-cos-storage-class': 'STANDARD_IA' };
      const put = await presign(cos, { ...note, Method: 'PUT', Headers });
      assert.equal((await server.fetch('PUT', put, { body: 'note' })).status, 403);
      assert.equal((await server.fetch('PUT', put, { body: 'note', headers: Headers })).status, 200);
      const head = await presign(cos, { ...note, Method: 'HEAD' });
      assert.equal((await server.fetch('HEAD', head)).headers['x-cos-storage-class'], 'STANDARD_IA');
      const Query = { 'response-content-disposition': 'attachment; filename="a b"', 'response-cache-control': 'no-store' };
      const got = await server.fetch('GET', await presign(cos, { ...note, Query }));
      assert.equal(got.headers['content-disposition'], Query['response-content-disposition']);
      assert.equal(got.headers['cache-control'], 'no-store');
      const QueryString = 'response-content-type=text%2Fx-late';
      // What was not signed may be added.
      const late = await server.fetch('GET', await presign(cos, { ...note, QueryString }));
      assert.equal(late.headers['content-type'], 'text/x-late');
      const gone = await presign(cos, { ...note, Method: 'DELETE' });
      assert.equal((await server.fetch('DELETE', gone)).status, 204);
    });
  },

  async 'a URL is good until it expires, and on its host only'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putObject({ ...note, Body: 'note' });
      const late = await server.fetch('GET', await presign(cos, { ...note, Expires: -30 }));
      assert.equal(late.status, 403);
      assert.match(late.text, /<Message>Request has expired<\/Message>/);
      const elsewhere = (url) => url.replace('.myqcloud.com/', '.tencentcos.cn/');
      const bound = await presign(cos, note);
      assert.equal((await server.fetch('GET', elsewhere(bound))).status, 403);
      const free = await presign(cos, { ...note, ForceSignHost: false });
      assert.equal((await server.fetch('GET', elsewhere(free))).text, 'note');
    });
  },

  async 'a plain URL is for public objects'(server) {
    await server.withBucket(async (cos, bucket) => {
      for (const [ACL, status] of [['private', 403], ['public-read', 200]]) {
        const note = { ...bucket, Key: ACL };
        await cos.putObject({ ...note, Body: 'note', ACL });
        const url = await presign(cos, { ...note, Sign: false });
        assert.equal(url, `http://${server.bucketHost(bucket)}/${ACL}`);
        assert.equal((await server.fetch('GET', url)).status, status);
      }
    });
  },

  async 'a signature is good in a header, in parameters, and as one of them'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putObject({ ...note, Body: 'note' });
      const url = `http://${server.bucketHost(bucket)}/note`;
      const Authorization = cos.getAuth({ ...note, Method: 'GET' });
      assert.equal((await server.fetch('GET', url, { headers: { Authorization } })).text, 'note');
      assert.equal((await server.fetch('GET', `${url}?${Authorization}`)).text, 'note');
      assert.equal((await server.fetch('GET', `${url}?sign=${encodeURIComponent(Authorization)}`)).text, 'note');
    });
  },

  async 'a caller can sign elsewhere'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      const getAuthorization = ({ Method, Pathname, Query, Headers }, callback) => {
        callback(COS.getAuthorization({ SecretId, SecretKey, Method, Pathname, Query, Headers }));
      };
      const { secretId: SecretId, secretKey: SecretKey } = server;
      const elsewhere = server.client({ SecretId: '', SecretKey: '', getAuthorization });
      await elsewhere.putObject({ ...note, Body: 'note' });
      assert.equal((await elsewhere.getObject(note)).Body.toString(), 'note');
    });
  },
};

function presign(cos, options) {
  return new Promise((resolve, reject) => {
    cos.getObjectUrl(options, (error, data) => (error ? reject(error) : resolve(data.Url)));
  });
}
