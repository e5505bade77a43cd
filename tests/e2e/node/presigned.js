// Presigned URLs, fetched by a client that knows nothing of COS.
'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');

module.exports = {
  async 'presigned URLs put and get an object'(server) {
    await server.withBucket(async (cos, bucket) => {
      const object = { ...bucket, Key: 'dir/a b+中.txt' };
      const put = await presign(cos, { ...object, Method: 'PUT', Expires: 60 });
      assert.deepEqual(await fetchFrom(server, 'PUT', put, 'through a URL'), [200, '']);
      assert.equal((await cos.getObject(object)).Body.toString(), 'through a URL');
      const get = await presign(cos, { ...object, Method: 'GET', Expires: 60 });
      assert.deepEqual(await fetchFrom(server, 'GET', get), [200, 'through a URL']);
      const [status, text] = await fetchFrom(server, 'DELETE', get);
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
      assert.deepEqual(await fetchFrom(server, 'GET', url), [200, 'note']);
    });
  },
};

function presign(cos, options) {
  return new Promise((resolve, reject) => {
    cos.getObjectUrl(options, (error, data) => (error ? reject(error) : resolve(data.Url)));
  });
}

// The URL names the real host; the connection goes to the server under test. Gives status and text.
function fetchFrom(server, method, url, body) {
  const [, host, target] = url.match(/^http:\/\/([^/]+)(\/.*)$/);
  const { hostname, port } = new URL(server.endpoint);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method, path: target, headers: { Host: host } }, async (answer) => {
      let text = '';
      for await (const block of answer.setEncoding('utf8')) {
        text += block;
      }
      resolve([answer.statusCode, text]);
    });
    request.on('error', reject);
    request.end(body);
  });
}
