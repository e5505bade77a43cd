// What every case leans on: the server under test, a bucket of its own, one large random file.
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const COS = require('cos-nodejs-sdk-v5');
const methods = require('./methods');
const { users } = require('../users.json');

const MIB = 1024 * 1024;
// Accounts as ACLs and policies name them: root accounts in the order in which the server was given them, and users of the first.
const OWNER = 'qcs::cam::uin/100000000001:uin/100000000001';
const OTHER = 'qcs::cam::uin/100000000002:uin/100000000002';
const READER = 'qcs::cam::uin/100000000001:uin/100000000011';
const GUEST = 'qcs::cam::uin/100000000001:uin/100000000012';

methods.watch(COS.prototype);

// Where the emulator listens and whom it knows, as it said itself when it was ready.
class Server {
  #buckets = 0;
  // Requests that the SDK sent again: one bad answer must be seen, not repeated away.
  repeated = [];

  constructor(environment) {
    this.endpoint = environment.E2E_ENDPOINT;
    this.authority = new URL(this.endpoint).host;
    this.region = environment.E2E_REGION;
    this.secretId = environment.E2E_SECRET_ID;
    this.secretKey = environment.E2E_SECRET_KEY;
    this.appid = environment.E2E_APPID;
    this.otherSecretId = environment.E2E_OTHER_SECRET_ID;
    this.otherSecretKey = environment.E2E_OTHER_SECRET_KEY;
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
    methods.watch(cos);
    cos.on('before-send', ({ headers, method, url }) => {
      if (headers['x-cos-sdk-retry']) {
        this.repeated.push(`${method} ${url}`);
      }
    });
    return cos;
  }

  newBucketName() {
    this.#buckets += 1;
    return `e2e-${this.#buckets}-${this.appid}`;
  }

  // A client of the account that owns none of the buckets.
  otherAccount() {
    return this.client({ SecretId: this.otherSecretId, SecretKey: this.otherSecretKey });
  }

  // A client of one of the default account's users.
  user(id) {
    const { secret_id: SecretId, secret_key: SecretKey } = users.find(({ uin }) => id.endsWith(uin));
    return this.client({ SecretId, SecretKey });
  }

  // The name that the real service gives a bucket.
  bucketHost(bucket) {
    return `${bucket.Bucket}.cos.${this.region}.myqcloud.com`;
  }

  // Gives `use` a client and a new bucket's parameters; after a case that passed the bucket is emptied and deleted.
  async withBucket(use, options = {}) {
    const cos = this.client();
    const bucket = { Bucket: this.newBucketName(), Region: this.region };
    await cos.putBucket({ ...bucket, ...options });
    await use(cos, bucket);
    for (const { Key, UploadId } of (await cos.multipartList(bucket)).Upload) {
      await cos.multipartAbort({ ...bucket, Key, UploadId });
    }
    const { Versions, DeleteMarkers } = await cos.listObjectVersions(bucket);
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
      // The SDK drops one leading slash of a key.
      await cos.deleteObject({ ...bucket, Key: `/${Key}`, VersionId });
    }
    await cos.deleteBucket(bucket);
  }

  // Sends a request without the SDK, to a URL with the name of the real service. Gives status, headers and text.
  fetch(method, url, { headers = {}, body } = {}) {
    const [, host, target] = url.match(/^http:\/\/([^/]+)(\/.*)$/);
    const { hostname, port } = new URL(this.endpoint);
    const options = { hostname, port, method, path: target, headers: { Host: host, ...headers } };
    return new Promise((resolve, reject) => {
      const request = http.request(options, async (answer) => {
        let text = '';
        for await (const block of answer.setEncoding('utf8')) {
          text += block;
        }
        resolve({ status: answer.statusCode, headers: answer.headers, text });
      });
      request.on('error', reject);
      request.end(body);
    });
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

module.exports = { GUEST, MIB, OTHER, OWNER, READER, Server, withLargeFile, sha256Of, md5, refused };
