// What every case leans on: the server under test, a bucket of its own, one large random file.
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const COS = require('cos-nodejs-sdk-v5');

const MIB = 1024 * 1024;

// Where the emulator listens and whom it knows, as it said itself when it was ready.
class Server {
  #buckets = 0;

  constructor(environment) {
    this.endpoint = environment.E2E_ENDPOINT;
    this.authority = new URL(this.endpoint).host;
    this.region = environment.E2E_REGION;
    this.secretId = environment.E2E_SECRET_ID;
    this.secretKey = environment.E2E_SECRET_KEY;
    this.appid = environment.E2E_APPID;
  }

  // Connects straight to the server and keeps the real names in `Host`.
  client(options = {}) {
    const cos = new COS({
      SecretId: this.secretId,
      SecretKey: this.secretKey,
      Protocol: 'http:',
      Ip: this.authority,
      UploadCheckContentMd5: true,
      ChunkRetryTimes: 0,
      // Half-done uploads are remembered there.
      ConfCwd: os.tmpdir(),
      ...options,
    });
    // One bad answer must be seen, not repeated away: nobody catches this, and the program ends.
    cos.on('before-send', ({ headers }) => assert.ok(!headers['x-cos-sdk-retry'], 'the SDK repeats a request'));
    return cos;
  }

  newBucketName() {
    this.#buckets += 1;
    return `e2e-${this.#buckets}-${this.appid}`;
  }

  // Gives `use` a client and a new bucket's parameters; after a case that passed the bucket is emptied and deleted.
  async withBucket(use) {
    const cos = this.client();
    const bucket = { Bucket: this.newBucketName(), Region: this.region };
    await cos.putBucket(bucket);
    await use(cos, bucket);
    for (const { Key, UploadId } of (await cos.multipartList(bucket)).Upload) {
      await cos.multipartAbort({ ...bucket, Key, UploadId });
    }
    for (const { Key } of (await cos.getBucket(bucket)).Contents) {
      // The SDK drops one leading slash of a key.
      await cos.deleteObject({ ...bucket, Key: `/${Key}` });
    }
    await cos.deleteBucket(bucket);
  }
}

// A random file, the same in every run, in a folder of its own that is deleted afterwards.
async function withLargeFile(length, use) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'e2e-'));
  try {
    const file = { path: path.join(folder, 'large.bin'), length };
    const keystream = crypto.createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
    const digest = crypto.createHash('sha256');
    const output = fs.openSync(file.path, 'w');
    for (let left = length; left > 0; left -= MIB) {
      const block = keystream.update(Buffer.alloc(Math.min(MIB, left)));
      digest.update(block);
      fs.writeSync(output, block);
    }
    fs.closeSync(output);
    file.sha256 = digest.digest('hex');
    await use(file);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

async function sha256Of(file) {
  const digest = crypto.createHash('sha256');
  for await (const block of fs.createReadStream(file, { highWaterMark: MIB })) {
    digest.update(block);
  }
  return digest.digest('hex');
}

function md5(content) {
  return crypto.createHash('md5').update(content).digest('hex');
}

// The promise must end in the SDK's error for this answer.
async function refused(promise, statusCode, code) {
  await assert.rejects(promise, (error) => {
    assert.deepEqual({ statusCode: error.statusCode, code: error.code }, { statusCode, code });
    return true;
  });
}

module.exports = { MIB, Server, withLargeFile, sha256Of, md5, refused };
