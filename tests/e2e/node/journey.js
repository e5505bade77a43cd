// The journey of ../README.md through cos-nodejs-sdk-v5: one line for every case.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const COS = require('cos-nodejs-sdk-v5');
// Any HTTP client would do that heeds HTTP_PROXY, as this one below the SDK does.
const request = require('cos-request');
const { passes } = require('../cases.js');

const { E2E_CLIENT = 'node', E2E_WAY = 'plain', E2E_CASES = '', E2E_APPID = '1250000000' } = process.env;
const MIB = 1024 * 1024;
// Nobody listens there.
const NOWHERE = 'http://127.0.0.1:1';
// Exit code of the process that breaks off its upload.
const GONE = 9;

const SecretId = process.env.E2E_SECRET_ID || 'AKIDCosEmulatorDefaultSecretId000000';
const SecretKey = process.env.E2E_SECRET_KEY || 'CosEmulatorDefaultSecretKey00000';
const Bucket = `journey-${E2E_APPID}`;
const Region = process.env.E2E_REGION || 'ap-guangzhou';
const emulator = new URL(process.env.E2E_ENDPOINT || 'http://127.0.0.1:7436').host;

// How a program says where COS is. In the ways proxy and https its environment says the rest.
const CLIENTS = {
  // Buckets keep their real names; only the connection goes elsewhere.
  plain: (SecretKey) => new COS({ SecretId, SecretKey, Protocol: 'http:', Ip: emulator }),
  proxy: (SecretKey) => new COS({ SecretId, SecretKey, Protocol: 'http:' }),
  https: (SecretKey) => new COS({ SecretId, SecretKey }),
};
const PRESIGNERS = {
  ...CLIENTS,
  // With Ip, a presigned URL has the real host. In path style it leads to the emulator.
  plain: () => new COS({ SecretId, SecretKey, Protocol: 'http:', Domain: `${emulator}/{Bucket}` }),
};

const cases = {
  async 'creates a bucket'(cos) {
    await cos.putBucket({ Bucket, Region });
    const { Buckets } = await cos.getService();
    assert.ok(Buckets.some(({ Name }) => Name === Bucket));
    await cos.headBucket({ Bucket, Region });
  },

  async 'puts and gets a small object'(cos) {
    const object = { Bucket, Region, Key: 'notes/a b+c 中.txt' };
    const headers = { ContentType: 'text/plain', 'x-cos-meta-author': 'me' };
    const put = await cos.putObject({ ...object, ...headers, Body: 'a small object 中' });
    const got = await cos.getObject(object);
    assert.equal(got.Body.toString(), 'a small object 中');
    assert.equal(got.ETag, put.ETag);
    assert.deepEqual([got.headers['content-type'], got.headers['x-cos-meta-author']], ['text/plain', 'me']);
  },

  async 'uploads in parts'(cos) {
    await withRandomFile(4 * MIB + 321, async (file) => {
      const large = { Bucket, Region, Key: 'large' };
      const done = await cos.uploadFile({ ...large, FilePath: file, SliceSize: MIB, ChunkSize: MIB, AsyncLimit: 3 });
      assert.match(done.ETag, /-5"$/);
      await cos.downloadFile({ ...large, FilePath: `${file}.back`, ChunkSize: MIB });
      assert.equal(sha256(fs.readFileSync(`${file}.back`)), sha256(fs.readFileSync(file)));
    });
  },

  async 'resumes an upload'(cos) {
    await withRandomFile(5 * MIB, async (file) => {
      // Another process sends two parts and is gone. A client finds the upload by its key, and its parts by their digests.
      const { status } = spawnSync(process.execPath, [__filename, 'begin', file], { stdio: 'inherit' });
      assert.equal(status, GONE);
      const sent = [];
      cos.on('before-send', ({ qs }) => qs.partNumber && sent.push(qs.partNumber));
      await cos.uploadFile(resumable(file));
      assert.deepEqual(sent, [3, 4, 5]);
      const { Body } = await cos.getObject({ Bucket, Region, Key: 'resumed' });
      assert.equal(sha256(Body), sha256(fs.readFileSync(file)));
    });
  },

  async 'gets ranges and under conditions'(cos) {
    const object = { Bucket, Region, Key: 'digits' };
    const { ETag } = await cos.putObject({ ...object, Body: '0123456789' });
    const part = await cos.getObject({ ...object, Range: 'bytes=2-5' });
    assert.deepEqual([part.statusCode, part.Body.toString()], [206, '2345']);
    assert.equal(part.headers['content-range'], 'bytes 2-5/10');
    assert.equal((await cos.getObject({ ...object, Range: 'bytes=-3' })).Body.toString(), '789');
    assert.equal((await cos.getObject({ ...object, IfMatch: ETag })).Body.toString(), '0123456789');
    // To this SDK, 304 is an error.
    await refused(cos.getObject({ ...object, IfNoneMatch: ETag }), 304, '304');
    const other = '"00000000000000000000000000000000"';
    await refused(cos.getObject({ ...object, IfMatch: other }), 412, 'PreconditionFailed');
  },

  async 'lists with prefix and delimiter'(cos) {
    const keys = ['list/a b.txt', 'list/c+d.txt', 'list/中文.txt', 'list/深/e f.txt', 'list/深/g.txt', 'list2'];
    for (const Key of keys) {
      await cos.putObject({ Bucket, Region, Key, Body: '' });
    }
    const found = [];
    let page = { NextMarker: '' };
    do {
      const Marker = page.NextMarker;
      page = await cos.getBucket({ Bucket, Region, Prefix: 'list/', Delimiter: '/', MaxKeys: 2, Marker });
      found.push(...page.Contents.map(({ Key }) => Key), ...page.CommonPrefixes.map(({ Prefix }) => Prefix));
    } while (page.IsTruncated === 'true');
    assert.deepEqual(found.sort(), [...keys.slice(0, 3), 'list/深/'].sort());
  },

  async copies(cos) {
    const source = { Bucket, Region, Key: 'notes/a+b 中.txt' };
    const copy = { Bucket, Region, Key: 'notes/copy of a+b 中.txt' };
    await cos.putObject({ ...source, Body: 'to be copied', 'x-cos-meta-author': 'me' });
    await cos.putObjectCopy({ ...copy, CopySource: copySource(source) });
    const got = await cos.getObject(copy);
    assert.deepEqual([got.Body.toString(), got.headers['x-cos-meta-author']], ['to be copied', 'me']);
  },

  async 'copies in parts'(cos) {
    const source = { Bucket, Region, Key: 'source' };
    const target = { Bucket, Region, Key: 'target' };
    const Body = crypto.randomBytes(2 * MIB + 5);
    await cos.putObject({ ...source, Body });
    await cos.sliceCopyFile({ ...target, CopySource: copySource(source), CopySliceSize: MIB, CopyChunkSize: MIB });
    const got = await cos.getObject(target);
    assert.match(got.ETag, /-3"$/);
    assert.equal(sha256(got.Body), sha256(Body));
  },

  async 'deletes a batch'(cos) {
    const keys = ['batch/a b', 'batch/c+d', 'batch/中'];
    for (const Key of keys) {
      await cos.putObject({ Bucket, Region, Key, Body: '' });
    }
    const Objects = [...keys, 'batch/never there'].map((Key) => ({ Key }));
    assert.equal((await cos.deleteMultipleObject({ Bucket, Region, Objects })).Deleted.length, 4);
    assert.deepEqual((await cos.getBucket({ Bucket, Region, Prefix: 'batch/' })).Contents, []);
  },

  async 'presigns a get and a put'() {
    const object = { Bucket, Region, Key: 'presigned/a b+c 中.txt' };
    const presigner = newClient({ of: PRESIGNERS });
    const put = presigner.getObjectUrl({ ...object, Method: 'PUT', Sign: true, Expires: 60 });
    assert.equal((await send('PUT', put, 'by a URL')).statusCode, 200);
    const get = presigner.getObjectUrl({ ...object, Method: 'GET', Sign: true, Expires: 60 });
    assert.equal((await send('GET', get)).body, 'by a URL');
    assert.equal((await send('DELETE', get)).statusCode, 403);
  },

  async 'is refused with a wrong key'() {
    const cos = newClient({ secretKey: 'WrongSecretKey' });
    await refused(cos.getObject({ Bucket, Region, Key: 'digits' }), 403, 'SignatureDoesNotMatch');
  },

  async 'encrypts with a customer key'(cos) {
    const object = { Bucket, Region, Key: 'secret' };
    const key = crypto.randomBytes(32);
    const customerKey = {
      SSECustomerAlgorithm: 'AES256',
      SSECustomerKey: key.toString('base64'),
      SSECustomerKeyMD5: crypto.createHash('md5').update(key).digest('base64'),
    };
    await cos.putObject({ ...object, ...customerKey, Body: 'for my eyes only' });
    assert.equal((await cos.getObject({ ...object, ...customerKey })).Body.toString(), 'for my eyes only');
    await refused(cos.getObject(object), 400, 'InvalidRequest');
  },

  async 'switches to tencentcos.cn'() {
    if (E2E_WAY === 'plain') {
      return 'with Ip the SDK never switches';
    }
    const cos = newClient();
    const asked = [];
    cos.on('before-send', (sending) => {
      const { hostname } = new URL(sending.url);
      asked.push(hostname);
      if (hostname.endsWith('.myqcloud.com')) {
        sending.proxy = NOWHERE;
      }
    });
    const object = { Bucket, Region, Key: 'switched' };
    await cos.putObject({ ...object, Body: 'by the other name' });
    assert.equal(asked.pop(), `${Bucket}.cos.${Region}.tencentcos.cn`);
    assert.equal((await newClient().getObject(object)).Body.toString(), 'by the other name');
  },
};

function newClient({ of = CLIENTS, secretKey = SecretKey } = {}) {
  const cos = of[E2E_WAY](secretKey);
  // One bad answer is seen, and what half-done uploads leave goes away with the run.
  Object.assign(cos.options, { ChunkRetryTimes: 0, UploadCheckContentMd5: true, ConfCwd: os.tmpdir() });
  return cos;
}

function copySource({ Key }) {
  return `${Bucket}.cos.${Region}.myqcloud.com/${encodeURIComponent(Key)}`;
}

function resumable(file) {
  return { Bucket, Region, Key: 'resumed', FilePath: file, SliceSize: MIB, ChunkSize: MIB, AsyncLimit: 1 };
}

// Begins an upload and ends this process instead of sending the third part.
function beginUpload(file) {
  const cos = newClient();
  cos.on('before-send', ({ qs }) => qs.partNumber === 3 && process.exit(GONE));
  cos.uploadFile(resumable(file));
}

// A file in a folder of its own, which goes when `use` has ended.
async function withRandomFile(length, use) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'journey-'));
  try {
    const file = path.join(folder, 'file');
    fs.writeFileSync(file, crypto.randomBytes(length));
    await use(file);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function send(method, url, body) {
  return new Promise((resolve, reject) => {
    request({ method, url, body }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

function sha256(content) {
  return crypto.createHash('sha256').update(content).digest('hex');
}

// The promise must end in the SDK's error for this answer.
async function refused(promise, statusCode, code) {
  await assert.rejects(promise, (error) => {
    assert.deepEqual([error.statusCode, error.code], [statusCode, code]);
    return true;
  });
}

async function main() {
  let failures = 0;
  for (const name of Object.keys(cases)) {
    // All the others need the bucket.
    if (name === 'creates a bucket' || name.includes(E2E_CASES)) {
      failures += (await passes(`${E2E_CLIENT}/${E2E_WAY}: ${name}`, () => cases[name](newClient()))) ? 0 : 1;
    }
  }
  // The SDK keeps its idle connections, which would keep this process until the server closes them.
  process.exit(failures === 0 ? 0 : 1);
}

const [, , task, file] = process.argv;
if (task === 'begin') {
  beginUpload(file);
} else {
  main();
}
