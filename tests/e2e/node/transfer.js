// The SDK's calls that choose by themselves how to move a file, and the list of what is on its way.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { MIB, refused, sha256Of, withLargeFile } = require('./harness');

const LENGTH = 5 * MIB + 321;

module.exports = {
  async 'a file goes up and comes down in parts'(server) {
    await withBucketAndFile(server, async (cos, bucket, file) => {
      const large = { ...bucket, Key: 'dir/large', FilePath: file.path };
      let last;
      const done = await cos.sliceUploadFile({
        ...large,
        ContentType: 'text/x-large',
        'x-cos-meta-author': 'somebody',
        onProgress: (progress) => {
          last = progress;
        },
      });
      assert.match(done.ETag, /^"[0-9a-f]{32}-6"$/);
      assert.deepEqual([last.loaded, last.total, last.percent], [LENGTH, LENGTH, 1]);
      const { headers } = await cos.headObject(large);
      assert.deepEqual([headers['content-type'], headers['x-cos-meta-author']], ['text/x-large', 'somebody']);

      const back = path.join(path.dirname(file.path), 'back');
      await cos.downloadFile({ ...bucket, Key: 'dir/large', FilePath: back, onProgress: () => {} });
      assert.equal(await sha256Of(back), file.sha256);
    });
  },

  async 'files go up together'(server) {
    await withBucketAndFile(server, async (cos, bucket, file) => {
      const small = path.join(path.dirname(file.path), 'small');
      fs.writeFileSync(small, 'a small file');
      const { files } = await cos.uploadFiles({
        files: [
          { ...bucket, Key: 'large', FilePath: file.path },
          { ...bucket, Key: 'small', FilePath: small },
        ],
        SliceSize: MIB,
      });
      assert.deepEqual(files.map(({ error }) => error), [null, null]);
      assert.match(files[0].data.ETag, /-6"$/);
      const { Contents } = await cos.getBucket(bucket);
      assert.deepEqual(Contents.map((entry) => [entry.Key, entry.Size]), [['large', String(LENGTH)], ['small', '12']]);
      // Small ones come down in one request.
      const back = path.join(path.dirname(file.path), 'back');
      await cos.downloadFile({ ...bucket, Key: 'small', FilePath: back, onProgress: () => {} });
      assert.equal(fs.readFileSync(back, 'utf8'), 'a small file');
    });
  },

  async 'an object is copied whole or in parts'(server) {
    await withBucketAndFile(server, async (cos, bucket, file) => {
      const given = { CacheControl: 'no-store', 'x-cos-meta-author': 'somebody' };
      await cos.uploadFile({ ...bucket, Key: 'source', FilePath: file.path, ...given });
      const CopySource = `${server.bucketHost(bucket)}/source`;
      const whole = await cos.sliceCopyFile({ ...bucket, Key: 'whole', CopySource });
      const sizes = { CopySliceSize: MIB, CopyChunkSize: 2 * MIB };
      const parts = await cos.sliceCopyFile({ ...bucket, Key: 'parts', CopySource, ...sizes });
      assert.match(parts.ETag, /-3"$/);
      for (const [Key, { ETag }] of [['whole', whole], ['parts', parts]]) {
        const { headers } = await cos.headObject({ ...bucket, Key });
        assert.deepEqual(
          [headers.etag, headers['content-length'], headers['cache-control'], headers['x-cos-meta-author']],
          [ETag, String(LENGTH), 'no-store', 'somebody'],
        );
        const back = path.join(path.dirname(file.path), 'back');
        await cos.downloadFile({ ...bucket, Key, FilePath: back, onProgress: () => {} });
        assert.equal(await sha256Of(back), file.sha256);
      }
    });
  },

  async 'what is on its way is listed'(server) {
    await withBucketAndFile(server, async (cos, bucket, file) => {
      const states = new Set();
      cos.on('list-update', ({ list }) => list.forEach((task) => states.add(task.state)));
      assert.deepEqual([cos.getTaskList(), cos.isUploadRunning()], [[], false]);
      const onTaskStart = ({ id, size }) => {
        assert.deepEqual([cos.getTaskList().map((task) => task.id), size], [[id], LENGTH]);
        assert.ok(cos.isUploadRunning());
      };
      await cos.uploadFile({ ...bucket, Key: 'large', FilePath: file.path, onTaskStart });
      const [{ Key, state, loaded }] = cos.getTaskList();
      assert.deepEqual([Key, state, loaded, cos.isUploadRunning()], ['large', 'success', LENGTH, false]);
      assert.ok(states.has('checking') && states.has('uploading'), [...states]);
    });
  },

  async 'unfinished uploads are thrown away by file and by id'(server) {
    await server.withBucket(async (cos, bucket) => {
      const uploads = [];
      for (const Key of ['a', 'a', 'b']) {
        uploads.push((await cos.multipartInit({ ...bucket, Key })).UploadId);
      }
      const byFile = await cos.abortUploadTask({ ...bucket, Key: 'a', Level: 'file' });
      assert.deepEqual(byFile.successList.map((task) => task.UploadId).sort(), uploads.slice(0, 2).sort());
      const byId = await cos.abortUploadTask({ ...bucket, Key: 'b', UploadId: uploads[2], Level: 'task' });
      assert.deepEqual([byId.successList.length, byId.errorList], [1, []]);
      const again = await cos.abortUploadTask({ ...bucket, Key: 'b', UploadId: uploads[2], Level: 'task' });
      assert.deepEqual([again.successList, again.errorList.length], [[], 1]);
    });
  },

  async 'a file that is not there is refused'(server) {
    await withBucketAndFile(server, async (cos, bucket, file) => {
      const none = { ...bucket, Key: 'none', FilePath: path.join(path.dirname(file.path), 'none') };
      await refused(cos.downloadFile({ ...none, onProgress: () => {} }), 404, '404');
      assert.equal(fs.existsSync(none.FilePath), false);
      await assert.rejects(cos.uploadFile(none), { code: 'ENOENT' });
    });
  },
};

async function withBucketAndFile(server, use) {
  await server.withBucket(async (cos, bucket) => {
    await withLargeFile(LENGTH, (file) => use(cos, bucket, file));
  });
}
