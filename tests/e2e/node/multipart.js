// Multipart uploads call by call.
'use strict';

const assert = require('node:assert/strict');
const { MIB, md5, refused } = require('./harness');

const UNKNOWN_UPLOAD = `1585130821${'0'.repeat(64)}`;

module.exports = {
  async 'parts become one object in the order of their numbers'(server) {
    await server.withBucket(async (cos, bucket) => {
      const contents = [Buffer.alloc(MIB, 1), Buffer.alloc(MIB + 1, 2), Buffer.from('the short end')];
      const object = { ...bucket, Key: 'joined' };
      const init = await cos.multipartInit({ ...object, ContentType: 'text/x-parts', 'x-cos-meta-author': 'somebody' });
      assert.deepEqual([init.Bucket, init.Key], [bucket.Bucket, 'joined']);
      const upload = { ...object, UploadId: init.UploadId };
      const Parts = [];
      for (const PartNumber of [3, 1, 2]) {
        const Body = contents[PartNumber - 1];
        const { ETag } = await cos.multipartUpload({ ...upload, PartNumber, Body });
        assert.equal(ETag, `"${md5(Body)}"`);
        Parts[PartNumber - 1] = { PartNumber, ETag };
      }

      const listed = (await cos.multipartListPart(upload)).Part;
      assert.deepEqual(
        listed.map((part) => [Number(part.PartNumber), part.ETag, Number(part.Size)]),
        Parts.map((part, index) => [part.PartNumber, part.ETag, contents[index].length]),
      );
      await refused(cos.getObject(object), 404, 'NoSuchKey');

      const done = await cos.multipartComplete({ ...upload, Parts });
      assert.match(done.ETag, /^"[0-9a-f]{32}-3"$/);
      const got = await cos.getObject(object);
      assert.ok(got.Body.equals(Buffer.concat(contents)));
      assert.equal(got.ETag, done.ETag);
      assert.equal(got.headers['content-type'], 'text/x-parts');
      assert.equal(got.headers['x-cos-meta-author'], 'somebody');
    });
  },

  async 'a part sent twice counts once'(server) {
    await server.withBucket(async (cos, bucket) => {
      const upload = await newUpload(cos, bucket, 'replaced');
      await cos.multipartUpload({ ...upload, PartNumber: 1, Body: 'first and longer' });
      const { ETag } = await cos.multipartUpload({ ...upload, PartNumber: 1, Body: 'second' });
      const { Part } = await cos.multipartListPart(upload);
      assert.deepEqual(Part.map((part) => [part.ETag, part.Size]), [[ETag, '6']]);
      await cos.multipartComplete({ ...upload, Parts: [{ PartNumber: 1, ETag }] });
      assert.equal((await cos.getObject({ ...bucket, Key: 'replaced' })).Body.toString(), 'second');
    });
  },

  async 'unfinished uploads are listed and aborted'(server) {
    await server.withBucket(async (cos, bucket) => {
      const first = await newUpload(cos, bucket, 'dir/a b');
      const second = await newUpload(cos, bucket, 'else');
      assert.deepEqual((await cos.multipartListPart(first)).Part, []);
      const { Upload } = await cos.multipartList(bucket);
      assert.deepEqual(
        Upload.map((upload) => [upload.Key, upload.UploadId]),
        [['dir/a b', first.UploadId], ['else', second.UploadId]],
      );
      // The SDK's resuming upload reads it.
      assert.deepEqual(Upload.map((upload) => upload.StorageClass.toUpperCase()), ['STANDARD', 'STANDARD']);
      await cos.multipartAbort(first);
      await refused(cos.multipartUpload({ ...first, PartNumber: 1, Body: 'part' }), 404, 'NoSuchUpload');
      const { successList } = await cos.abortUploadTask({ ...bucket, Level: 'bucket' });
      assert.deepEqual(successList.map((task) => task.UploadId), [second.UploadId]);
      assert.deepEqual((await cos.multipartList(bucket)).Upload, []);
    });
  },

  async 'an unknown upload is refused'(server) {
    await server.withBucket(async (cos, bucket) => {
      const upload = { ...bucket, Key: 'none', UploadId: UNKNOWN_UPLOAD };
      await refused(cos.multipartUpload({ ...upload, PartNumber: 1, Body: 'part' }), 404, 'NoSuchUpload');
      await refused(cos.multipartListPart(upload), 404, 'NoSuchUpload');
      const Parts = [{ PartNumber: 1, ETag: '0'.repeat(32) }];
      await refused(cos.multipartComplete({ ...upload, Parts }), 404, 'NoSuchUpload');
      await refused(cos.multipartAbort(upload), 404, 'NoSuchUpload');
    });
  },
};

async function newUpload(cos, bucket, Key) {
  const { UploadId } = await cos.multipartInit({ ...bucket, Key });
  return { ...bucket, Key, UploadId };
}
