// Small objects: bytes and headers in, the same bytes and headers out.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Readable } = require('node:stream');
const { md5, refused } = require('./harness');

const ODD_KEYS = [
  'with blank',
  'plus+and%percent',
  '%41',
  '中文/ключ/🦀',
  'a//b',
  '/leading slash',
  'folder/',
  '!"#$&\'()*,:;<=>?@[\\]^`{|}~',
];

module.exports = {
  async 'an object keeps its bytes and headers'(server) {
    await server.withBucket(async (cos, bucket) => {
      const object = { ...bucket, Key: 'notes/hello.txt' };
      const content = Buffer.from('hello, world');
      const etag = `"${md5(content)}"`;
      const put = await cos.putObject({
        ...object,
        Body: content,
        ContentType: 'text/x-greeting',
        CacheControl: 'max-age=60',
        ContentDisposition: 'attachment; filename="hello.txt"',
        'x-cos-meta-author': 'somebody',
        'x-cos-meta-year': '2024',
      });
      assert.equal(put.ETag, etag);

      const got = await cos.getObject(object);
      assert.deepEqual(got.Body, content);
      for (const answer of [got, await cos.headObject(object)]) {
        assert.equal(answer.ETag, etag);
        assert.equal(answer.headers['content-length'], String(content.length));
        assert.equal(answer.headers['content-type'], 'text/x-greeting');
        assert.equal(answer.headers['cache-control'], 'max-age=60');
        assert.equal(answer.headers['content-disposition'], 'attachment; filename="hello.txt"');
        assert.equal(answer.headers['x-cos-meta-author'], 'somebody');
        assert.equal(answer.headers['x-cos-meta-year'], '2024');
        assert.equal(answer.headers['x-cos-hash-crc64ecma'], put.headers['x-cos-hash-crc64ecma']);
      }

      await cos.deleteObject(object);
      await refused(cos.getObject(object), 404, 'NoSuchKey');
      await refused(cos.headObject(object), 404, '404');
      await cos.deleteObject(object);
    });
  },

  async 'a stream and an empty body are stored'(server) {
    await server.withBucket(async (cos, bucket) => {
      const object = { ...bucket, Key: 'stream' };
      // Without a length the SDK sends chunks.
      await cos.putObject({ ...object, Body: Readable.from([Buffer.from('one '), Buffer.from('two')]) });
      assert.equal((await cos.getObject(object)).Body.toString(), 'one two');
      await cos.putObject({ ...object, Body: '' });
      assert.equal((await cos.headObject(object)).headers['content-length'], '0');
    });
  },

  async 'an object comes back as a stream and into a file'(server) {
    await server.withBucket(async (cos, bucket) => {
      const object = { ...bucket, Key: 'stream' };
      const content = Buffer.alloc(300000, 'stream');
      await cos.putObject({ ...object, Body: content });
      const blocks = [];
      for await (const block of cos.getObjectStream(object)) {
        blocks.push(block);
      }
      assert.ok(Buffer.concat(blocks).equals(content));
      const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'e2e-')), 'file');
      const got = await cos.getObject({ ...object, Output: file });
      assert.equal(got.headers['content-length'], String(content.length));
      assert.ok(fs.readFileSync(file).equals(content));
    });
  },

  async 'a wrong Content-MD5 is refused'(server) {
    await server.withBucket(async (_, bucket) => {
      const cos = server.client({ UploadCheckContentMd5: false });
      const object = { ...bucket, Key: 'note' };
      await refused(cos.putObject({ ...object, Body: 'sent', ContentMD5: '7o3pGNBWQBRbGPcPTDqmAg==' }), 400, 'BadDigest');
      await refused(cos.headObject(object), 404, '404');
    });
  },

  async 'what is there can be kept, and speed can be limited'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note', 'x-cos-forbid-overwrite': 'true' };
      await cos.putObject({ ...note, Body: 'first' });
      await refused(cos.putObject({ ...note, Body: 'second' }), 409, 'FileAlreadyExists');
      const limited = { ...bucket, Key: 'note' };
      assert.equal((await cos.getObject({ ...limited, TrafficLimit: 838860800 })).Body.toString(), 'first');
      await refused(cos.getObject({ ...limited, TrafficLimit: 1000 }), 400, 'InvalidArgument');
    });
  },

  async 'ranges are cut out of an object'(server) {
    await server.withBucket(async (cos, bucket) => {
      const object = { ...bucket, Key: 'digits' };
      const content = Buffer.from(Array.from({ length: 102400 }, (_, index) => index % 251));
      await cos.putObject({ ...object, Body: content });
      for (const [header, first, last] of [
        ['bytes=0-0', 0, 0],
        ['bytes=100-70000', 100, 70000],
        ['bytes=102390-', 102390, 102399],
        ['bytes=-5', 102395, 102399],
      ]) {
        const got = await cos.getObject({ ...object, Range: header });
        assert.equal(got.statusCode, 206);
        assert.equal(got.headers['content-range'], `bytes ${first}-${last}/${content.length}`);
        assert.deepEqual(got.Body, content.subarray(first, last + 1));
      }
      await refused(cos.getObject({ ...object, Range: 'bytes=102400-' }), 416, 'InvalidRange');
    });
  },

  async 'conditions decide about a GET'(server) {
    await server.withBucket(async (cos, bucket) => {
      const object = { ...bucket, Key: 'note' };
      const { ETag } = await cos.putObject({ ...object, Body: 'note' });
      const modified = (await cos.headObject(object)).headers['last-modified'];
      assert.equal((await cos.getObject({ ...object, IfMatch: ETag })).Body.toString(), 'note');
      assert.equal((await cos.getObject({ ...object, IfModifiedSince: modified })).NotModified, true);
      assert.equal((await cos.headObject({ ...object, IfModifiedSince: modified })).NotModified, true);
      await refused(cos.getObject({ ...object, IfNoneMatch: ETag }), 304, '304');
      await refused(cos.getObject({ ...object, IfMatch: '"other"' }), 412, 'PreconditionFailed');
    });
  },

  async 'a GET can override response headers'(server) {
    await server.withBucket(async (cos, bucket) => {
      const object = { ...bucket, Key: 'note' };
      await cos.putObject({ ...object, Body: 'note', ContentType: 'text/plain' });
      const got = await cos.getObject({
        ...object,
        ResponseContentType: 'text/html; charset=utf-8',
        ResponseContentDisposition: 'attachment; filename="a b.html"',
        ResponseCacheControl: 'no-store',
      });
      assert.equal(got.headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(got.headers['content-disposition'], 'attachment; filename="a b.html"');
      assert.equal(got.headers['cache-control'], 'no-store');
    });
  },

  async 'odd keys name different objects'(server) {
    await server.withBucket(async (cos, bucket) => {
      // The SDK drops one leading slash of a key.
      for (const key of ODD_KEYS) {
        await cos.putObject({ ...bucket, Key: `/${key}`, Body: key });
      }
      for (const key of ODD_KEYS) {
        assert.equal((await cos.getObject({ ...bucket, Key: `/${key}` })).Body.toString(), key);
      }
      const { Contents } = await cos.getBucket(bucket);
      const inByteOrder = [...ODD_KEYS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.deepEqual(Contents.map((entry) => entry.Key), inByteOrder);
    });
  },
};
