// Copies made by the server: whole, in parts, onto themselves, under conditions.
'use strict';

const assert = require('node:assert/strict');
const { customerKey } = require('./customer_key');
const { MIB, md5, refused } = require('./harness');

module.exports = {
  async 'a copy takes bytes, headers and metadata along'(server) {
    await server.withBucket(async (cos, source) => {
      await server.withBucket(async (_, target) => {
        const given = { ContentType: 'text/x-source', CacheControl: 'no-store', 'x-cos-meta-author': 'somebody' };
        await cos.putObject({ ...source, Key: 'dir/a b+中', Body: 'original', ...given });
        const copy = { ...target, Key: 'copy', CopySource: at(server, source, 'dir/a b+中') };
        const copied = await cos.putObjectCopy(copy);
        assert.equal(copied.ETag, `"${md5('original')}"`);
        assert.match(copied.LastModified, /^\d{4}-.*Z$/);
        const got = await cos.getObject({ ...target, Key: 'copy' });
        assert.equal(got.Body.toString(), 'original');
        assert.equal(got.headers['content-type'], 'text/x-source');
        assert.equal(got.headers['cache-control'], 'no-store');
        assert.equal(got.headers['x-cos-meta-author'], 'somebody');
        assert.equal(got.headers['x-cos-hash-crc64ecma'], copied.CRC64);
      });
    });
  },

  async 'a copy onto itself replaces headers and storage class'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putObject({ ...note, Body: 'note', 'x-cos-meta-author': 'a' });
      const CopySource = at(server, bucket, 'note');
      await refused(cos.putObjectCopy({ ...note, CopySource }), 400, 'InvalidRequest');
      const changes = { MetadataDirective: 'Replaced', StorageClass: 'STANDARD_IA', 'x-cos-meta-year': '2024' };
      await cos.putObjectCopy({ ...note, CopySource, ...changes });
      const { headers } = await cos.headObject(note);
      assert.deepEqual(
        ['x-cos-storage-class', 'x-cos-meta-year', 'x-cos-meta-author'].map((name) => headers[name]),
        ['STANDARD_IA', '2024', undefined],
      );
    });
  },

  async 'conditions decide about a copy'(server) {
    await server.withBucket(async (cos, bucket) => {
      const { ETag } = await cos.putObject({ ...bucket, Key: 'note', Body: 'note' });
      const copy = { ...bucket, Key: 'copy', CopySource: at(server, bucket, 'note') };
      const past = 'Sat, 01 Jan 2000 00:00:00 GMT';
      const future = 'Fri, 01 Jan 2100 00:00:00 GMT';
      for (const [name, met, unmet] of [
        ['CopySourceIfMatch', ETag, '"other"'],
        ['CopySourceIfNoneMatch', '"other"', ETag],
        ['CopySourceIfModifiedSince', past, future],
        ['CopySourceIfUnmodifiedSince', future, past],
      ]) {
        assert.equal((await cos.putObjectCopy({ ...copy, [name]: met })).ETag, ETag);
        await refused(cos.putObjectCopy({ ...copy, [name]: unmet }), 412, 'PreconditionFailed');
      }
    });
  },

  async 'a version and an encrypted object can be copied'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status: 'Enabled' } });
      const first = (await cos.putObject({ ...bucket, Key: 'note', Body: 'first' })).VersionId;
      await cos.putObject({ ...bucket, Key: 'note', Body: 'second' });
      const CopySource = `${at(server, bucket, 'note')}?versionId=${first}`;
      const copied = await cos.putObjectCopy({ ...bucket, Key: 'copy', CopySource });
      assert.equal(copied.headers['x-cos-copy-source-version-id'], first);
      const got = await cos.getObject({ ...bucket, Key: 'copy' });
      assert.deepEqual([got.Body.toString(), got.headers['x-cos-version-id']], ['first', copied.VersionId]);

      const key = customerKey('0123456789abcdef0123456789ABCDEF');
      await cos.putObject({ ...bucket, Key: 'secret', Body: 'a secret', ...key });
      const names = { Algorithm: 'algorithm', Key: 'key', KeyMD5: 'key-MD5' };
      const Headers = Object.fromEntries(
        Object.entries(names).map(([name, header]) => [
          `x-cos-copy-source-server-side-encryption-customer-${header}`,
          key[`SSECustomer${name}`],
        ]),
      );
      const plain = { ...bucket, Key: 'plain', CopySource: at(server, bucket, 'secret') };
      await refused(cos.putObjectCopy(plain), 400, 'SsecDecryptHeaderInvalid');
      await cos.putObjectCopy({ ...plain, Headers });
      assert.equal((await cos.getObject({ ...bucket, Key: 'plain' })).Body.toString(), 'a secret');
    });
  },

  async 'parts can be copied'(server) {
    await server.withBucket(async (cos, bucket) => {
      const content = Buffer.alloc(2 * MIB, 'source');
      await cos.putObject({ ...bucket, Key: 'source', Body: content });
      const joined = { ...bucket, Key: 'joined' };
      const { UploadId } = await cos.multipartInit(joined);
      const part = { ...joined, UploadId, CopySource: at(server, bucket, 'source') };
      const whole = await cos.uploadPartCopy({ ...part, PartNumber: 1 });
      assert.equal(whole.ETag, `"${md5(content)}"`);
      const cut = await cos.uploadPartCopy({ ...part, PartNumber: 2, CopySourceRange: 'bytes=100-1099' });
      assert.equal(cut.ETag, `"${md5(content.subarray(100, 1100))}"`);
      const Parts = [whole, cut].map(({ ETag }, index) => ({ PartNumber: index + 1, ETag }));
      await cos.multipartComplete({ ...joined, UploadId, Parts });
      const got = await cos.getObject(joined);
      assert.ok(got.Body.equals(Buffer.concat([content, content.subarray(100, 1100)])));
    });
  },

  async 'a source that is not there is refused'(server) {
    await server.withBucket(async (cos, bucket) => {
      const copy = { ...bucket, Key: 'copy' };
      await refused(cos.putObjectCopy({ ...copy, CopySource: at(server, bucket, 'none') }), 404, 'NoSuchKey');
      const nowhere = at(server, { Bucket: server.newBucketName() }, 'note');
      await refused(cos.putObjectCopy({ ...copy, CopySource: nowhere }), 404, 'NoSuchBucket');
      await cos.putObject({ ...bucket, Key: 'note', Body: 'note' });
      const stolen = { CopySource: at(server, bucket, 'note'), ...copy };
      await refused(server.otherAccount().putObjectCopy(stolen), 403, 'AccessDenied');
    });
  },
};

// A copy source as the SDK takes it.
function at(server, bucket, key) {
  return `${server.bucketHost(bucket)}/${encodeURIComponent(key).replaceAll('%2F', '/')}`;
}
