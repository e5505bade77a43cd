// The main job: a large file goes up in parts on several connections, breaks off, goes on, and comes back whole.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { customerKey } = require('./customer_key');
const { refused, sha256Of, withLargeFile } = require('./harness');
const { CHUNK_SIZE, CONNECTIONS, KEY, LENGTH, PART_COUNT, CLIENT_OPTIONS, largeUpload } = require('./large_upload');

const SSE_C = customerKey('0123456789abcdef0123456789ABCDEF');
const SSE_C_HEADERS = {
  'x-cos-server-side-encryption-customer-algorithm': SSE_C.SSECustomerAlgorithm,
  'x-cos-server-side-encryption-customer-key': SSE_C.SSECustomerKey,
  'x-cos-server-side-encryption-customer-key-MD5': SSE_C.SSECustomerKeyMD5,
};
const ALL_PARTS = Array.from({ length: PART_COUNT }, (_, index) => index + 1);

module.exports = {
  async 'a large file comes back unchanged'(server) {
    await withBucketAndFile(server, async (cos, bucket, file) => {
      const sent = sentParts(cos);
      const done = await cos.uploadFile(largeUpload(bucket, file.path));
      assert.deepEqual(inOrder(sent), ALL_PARTS);
      await isStoredWhole(cos, bucket, file, done);
    });
  },

  // The SDK finds the upload on the server and compares every part's ETag with the MD5 of the file's bytes.
  async 'an upload whose process was killed goes on in another'(server) {
    await withBucketAndFile(server, async (cos, bucket, file) => {
      const child = spawn(process.execPath, [require.resolve('./upload_and_die'), bucket.Bucket, file.path], {
        stdio: 'inherit',
      });
      const [, signal] = await once(child, 'exit');
      assert.equal(signal, 'SIGKILL');
      await refused(cos.headObject({ ...bucket, Key: KEY }), 404, '404');
      const kept = await keptParts(cos, bucket);

      const sent = sentParts(cos);
      const done = await cos.uploadFile(largeUpload(bucket, file.path));
      assert.deepEqual(intersection(sent, kept), []);
      assert.ok(sent.length < PART_COUNT, `${sent.length} parts sent again`);
      assert.deepEqual((await cos.multipartList(bucket)).Upload, []);
      await isStoredWhole(cos, bucket, file, done);
    });
  },

  async 'an upload that was paused goes on when restarted'(server) {
    await withBucketAndFile(server, async (cos, bucket, file) => {
      const uploading = begin(cos, bucket, file);
      await uploading.half;
      cos.pauseTask(uploading.taskId);
      const kept = await keptParts(cos, bucket);

      const sent = sentParts(cos);
      cos.restartTask(uploading.taskId);
      const done = await uploading.end;
      // Of the parts in flight the SDK cannot know whether they arrived.
      const again = intersection(sent, kept);
      assert.ok(again.length <= CONNECTIONS, `${again.length} parts sent again`);
      assert.deepEqual(inOrder(new Set([...kept, ...sent])), ALL_PARTS);
      await isStoredWhole(cos, bucket, file, done);
    });
  },

  // `uploadFile` starts the upload with SSE-C and then sends its parts without (`headersWhiteList` of the SDK's advance.js),
  // which COS refuses.
  async 'the SDK alone cannot upload a large file under SSE-C'(server) {
    await withBucketAndFile(server, async (cos, bucket, file) => {
      await refused(cos.uploadFile({ ...largeUpload(bucket, file.path), ...SSE_C }), 400, 'InvalidRequest');
      const { successList } = await cos.abortUploadTask({ ...bucket, Key: KEY, Level: 'file' });
      assert.equal(successList.length, 1);
    });
  },

  // With the headers added to its parts it can. What it remembers of the upload it cancelled lets it go on without a
  // look at the ETags, which are no MD5 here.
  async 'a large file comes back unchanged under SSE-C after its upload was cancelled'(server) {
    await withBucketAndFile(server, async (cos, bucket, file) => {
      cos.on('before-send', (request) => {
        if (partNumber(request)) {
          Object.assign(request.headers, SSE_C_HEADERS);
        }
      });
      const cancelled = begin(cos, bucket, file, SSE_C);
      await cancelled.half;
      cos.cancelTask(cancelled.taskId);
      const kept = await keptParts(cos, bucket);

      const sent = sentParts(cos);
      const done = await cos.uploadFile({ ...largeUpload(bucket, file.path), ...SSE_C });
      assert.deepEqual(intersection(sent, kept), []);
      assert.ok(sent.length < PART_COUNT);
      await isStoredWhole(cos, bucket, file, done, SSE_C);
      await refused(cos.getObject({ ...bucket, Key: KEY, Range: 'bytes=0-0' }), 400, 'InvalidRequest');
    });
  },
};

async function withBucketAndFile(server, use) {
  await server.withBucket(async (_, bucket) => {
    const cos = server.client(CLIENT_OPTIONS);
    await withLargeFile(LENGTH, (file) => use(cos, bucket, file));
  });
}

// Starts an upload. `half` ends when half of the bytes are sent, `end` with the upload.
function begin(cos, bucket, file, encryption = {}) {
  const uploading = {};
  uploading.half = new Promise((atHalf) => {
    const onTaskReady = (taskId) => {
      uploading.taskId = taskId;
    };
    uploading.end = cos.uploadFile({ ...largeUpload(bucket, file.path, atHalf), ...encryption, onTaskReady });
  });
  return uploading;
}

// The numbers of all parts that this client sends from now on.
function sentParts(cos) {
  const sent = [];
  cos.on('before-send', (request) => {
    if (partNumber(request)) {
      sent.push(partNumber(request));
    }
  });
  return sent;
}

function partNumber(request) {
  return request.method === 'PUT' && request.qs && request.qs.partNumber;
}

// The numbers of the parts that the server has of the one unfinished upload: some, not all.
async function keptParts(cos, bucket) {
  const { Upload } = await cos.multipartList(bucket);
  assert.equal(Upload.length, 1);
  const { Part } = await cos.multipartListPart({ ...bucket, Key: KEY, UploadId: Upload[0].UploadId });
  assert.ok(Part.length > 0 && Part.length < PART_COUNT, `${Part.length} parts`);
  for (const part of Part) {
    const length = Math.min(CHUNK_SIZE, LENGTH - (part.PartNumber - 1) * CHUNK_SIZE);
    assert.equal(Number(part.Size), length, `part ${part.PartNumber}`);
  }
  return Part.map((part) => Number(part.PartNumber));
}

async function isStoredWhole(cos, bucket, file, done, encryption = {}) {
  assert.match(done.ETag, new RegExp(`^"[0-9a-f]{32}-${PART_COUNT}"$`));
  const object = { ...bucket, Key: KEY, ...encryption };
  const head = await cos.headObject(object);
  assert.equal(head.headers['content-length'], String(file.length));
  assert.equal(head.ETag, done.ETag);
  const downloaded = path.join(path.dirname(file.path), 'downloaded.bin');
  await cos.downloadFile({
    ...object,
    FilePath: downloaded,
    ChunkSize: CHUNK_SIZE,
    ParallelLimit: CONNECTIONS,
    onProgress() {},
  });
  assert.equal(await sha256Of(downloaded), file.sha256);
}

function inOrder(numbers) {
  return [...numbers].sort((a, b) => a - b);
}

function intersection(numbers, others) {
  return numbers.filter((number) => others.includes(number));
}
