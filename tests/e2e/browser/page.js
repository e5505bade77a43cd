// The cases of the journey, on a page. They use the SDK as a site's own script would; `settings` comes from the site.
'use strict';

const MIB = 1024 * 1024;
const { SecretId, SecretKey, Bucket, Region, port, way } = settings;

const CLIENTS = {
  // Browsers find every name below localhost on their own machine.
  plain: (SecretKey) => new COS({ SecretId, SecretKey, Protocol: 'http:', Domain: `{Bucket}.cos.localhost:${port}` }),
  proxy: (SecretKey) => new COS({ SecretId, SecretKey, Protocol: 'http:' }),
  // This page came over plain HTTP, and by itself the SDK would speak that too.
  https: (SecretKey) => new COS({ SecretId, SecretKey, Protocol: 'https:' }),
};
const cos = newClient();

const cases = {
  async 'creates a bucket'() {
    return 'before it has CORS rules, no page reaches it';
  },

  async 'puts and gets a small object'() {
    const object = { Bucket, Region, Key: 'notes/a b+c 中.txt' };
    const headers = { ContentType: 'text/plain', 'x-cos-meta-author': 'me' };
    const put = await cos.putObject({ ...object, ...headers, Body: 'a small object 中' });
    const got = await cos.getObject(object);
    equal([got.Body, got.ETag], ['a small object 中', put.ETag]);
    equal([got.headers['content-type'], got.headers['x-cos-meta-author']], ['text/plain', 'me']);
  },

  async 'uploads in parts'() {
    const large = { Bucket, Region, Key: 'large' };
    const Body = randomFile(4 * MIB + 321);
    const progress = [];
    const onProgress = ({ loaded, total }) => progress.push([loaded, total]);
    const done = await cos.uploadFile({ ...large, Body, SliceSize: MIB, ChunkSize: MIB, AsyncLimit: 3, onProgress });
    equal(done.ETag.slice(-3), '-5"');
    equal(progress.pop(), [Body.size, Body.size]);
    const got = await cos.getObject({ ...large, DataType: 'blob' });
    equal(await sha256(got.Body), await sha256(Body));
  },

  async 'resumes an upload'() {
    const file = randomFile(5 * MIB);
    await uploadInFrameThatGoes(file);
    // The SDK finds the upload by its key, and its parts by their digests.
    const sent = [];
    const another = newClient();
    another.on('before-send', ({ qs = {} }) => qs.partNumber && sent.push(qs.partNumber));
    await another.uploadFile(resumable(file));
    equal(sent, [3, 4, 5]);
    const got = await cos.getObject({ Bucket, Region, Key: 'resumed', DataType: 'blob' });
    equal(await sha256(got.Body), await sha256(file));
  },

  async 'gets ranges and under conditions'() {
    const object = { Bucket, Region, Key: 'digits' };
    const { ETag } = await cos.putObject({ ...object, Body: '0123456789' });
    const part = await cos.getObject({ ...object, Range: 'bytes=2-5' });
    equal([part.statusCode, part.Body, part.headers['content-range']], [206, '2345', 'bytes 2-5/10']);
    equal((await cos.getObject({ ...object, Range: 'bytes=-3' })).Body, '789');
    equal((await cos.getObject({ ...object, IfMatch: ETag })).Body, '0123456789');
    // To this SDK, 304 is an error.
    await refused(cos.getObject({ ...object, IfNoneMatch: ETag }), 304, 'Error');
    const other = '"00000000000000000000000000000000"';
    await refused(cos.getObject({ ...object, IfMatch: other }), 412, 'PreconditionFailed');
  },

  async 'lists with prefix and delimiter'() {
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
    equal(found.sort(), [...keys.slice(0, 3), 'list/深/'].sort());
  },

  async copies() {
    const source = { Bucket, Region, Key: 'notes/a+b 中.txt' };
    const copy = { Bucket, Region, Key: 'notes/copy of a+b 中.txt' };
    await cos.putObject({ ...source, Body: 'to be copied', 'x-cos-meta-author': 'me' });
    await cos.putObjectCopy({ ...copy, CopySource: copySource(source) });
    const got = await cos.getObject(copy);
    equal([got.Body, got.headers['x-cos-meta-author']], ['to be copied', 'me']);
  },

  async 'copies in parts'() {
    const source = { Bucket, Region, Key: 'source' };
    const target = { Bucket, Region, Key: 'target' };
    const Body = randomFile(2 * MIB + 5);
    await cos.putObject({ ...source, Body });
    await cos.sliceCopyFile({ ...target, CopySource: copySource(source), CopySliceSize: MIB, CopyChunkSize: MIB });
    const got = await cos.getObject({ ...target, DataType: 'blob' });
    equal(got.ETag.slice(-3), '-3"');
    equal(await sha256(got.Body), await sha256(Body));
  },

  async 'deletes a batch'() {
    const keys = ['batch/a b', 'batch/c+d', 'batch/中'];
    for (const Key of keys) {
      await cos.putObject({ Bucket, Region, Key, Body: '' });
    }
    const Objects = [...keys, 'batch/never there'].map((Key) => ({ Key }));
    equal((await cos.deleteMultipleObject({ Bucket, Region, Objects })).Deleted.length, 4);
    equal((await cos.getBucket({ Bucket, Region, Prefix: 'batch/' })).Contents, []);
  },

  async 'presigns a get and a put'() {
    const object = { Bucket, Region, Key: 'presigned/a b+c 中.txt' };
    const put = cos.getObjectUrl({ ...object, Method: 'PUT', Sign: true, Expires: 60 });
    const answer = await fetch(put, { method: 'PUT', body: 'by a URL' });
    equal([answer.status, answer.headers.get('etag') !== null], [200, true]);
    const get = cos.getObjectUrl({ ...object, Method: 'GET', Sign: true, Expires: 60 });
    equal(await (await fetch(get)).text(), 'by a URL');
    equal((await fetch(get, { method: 'DELETE' })).status, 403);
  },

  async 'is refused with a wrong key'() {
    const wrong = newClient('WrongSecretKey');
    await refused(wrong.getObject({ Bucket, Region, Key: 'digits' }), 403, 'SignatureDoesNotMatch');
  },

  async 'encrypts with a customer key'() {
    const object = { Bucket, Region, Key: 'secret' };
    const customerKey = {
      SSECustomerAlgorithm: 'AES256',
      SSECustomerKey: btoa('0123456789abcdef0123456789ABCDEF'),
      // The MD5 of the key, as the site's server would give it along.
      SSECustomerKeyMD5: 'V5euSAsQOO0sIBHETfEa4w==',
    };
    await cos.putObject({ ...object, ...customerKey, Body: 'for my eyes only' });
    equal((await cos.getObject({ ...object, ...customerKey })).Body, 'for my eyes only');
    await refused(cos.getObject(object), 400, 'InvalidRequest');
  },

  async 'switches to tencentcos.cn'() {
    if (way === 'plain') {
      return 'only from myqcloud.com';
    }
    const object = { Bucket, Region, Key: 'switched' };
    const asked = [];
    const switching = newClient();
    switching.on('before-send', ({ url }) => asked.push(new URL(url).hostname));
    await switching.putObject({ ...object, Body: 'by the other name' });
    equal(asked.pop(), `${Bucket}.cos.${Region}.tencentcos.cn`);
  },

  async 'is kept from a bucket without CORS rules'() {
    const closed = { Bucket: settings.bucketWithoutRules, Region, Key: 'note' };
    const bySdk = await cos.putObject({ ...closed, Body: 'note' }).catch((error) => error);
    equal(bySdk.message, 'CORS blocked or network error');
    const url = cos.getObjectUrl({ ...closed, Method: 'GET', Sign: true, Expires: 60 });
    const byFetch = await fetch(url).catch((error) => error);
    equal(byFetch.message, 'Failed to fetch');
  },
};

function newClient(secretKey = SecretKey) {
  const cos = CLIENTS[way](secretKey);
  // One bad answer is seen.
  Object.assign(cos.options, { ChunkRetryTimes: 0, UploadCheckContentMd5: true });
  return cos;
}

function copySource({ Key }) {
  return `${Bucket}.cos.${Region}.myqcloud.com/${encodeURIComponent(Key)}`;
}

function resumable(file) {
  return { Bucket, Region, Key: 'resumed', Body: file, SliceSize: MIB, ChunkSize: MIB, AsyncLimit: 1 };
}

// Opens this page once more in a frame, which begins an upload and is closed instead of sending the third part.
async function uploadInFrameThatGoes(file) {
  const frame = document.createElement('iframe');
  frame.src = location.href;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.documentElement.append(frame);
  await loaded;
  await frame.contentWindow.uploadTwoParts(file);
  frame.remove();
}

function uploadTwoParts(file) {
  const uploading = newClient();
  return new Promise((resolve) => {
    uploading.on('before-send', (sending) => {
      if (sending.qs && sending.qs.partNumber === 3) {
        sending.url = 'http://127.0.0.1:1/';
        resolve();
      }
    });
    uploading.uploadFile(resumable(file)).catch(() => {});
  });
}

function randomFile(length) {
  const content = new Uint8Array(length);
  // No more than this at once.
  for (let start = 0; start < length; start += 65536) {
    crypto.getRandomValues(content.subarray(start, start + 65536));
  }
  return new File([content], 'random.bin');
}

async function sha256(blob) {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return [...new Uint8Array(digest)].join();
}

function equal(actual, expected) {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
  }
}

// The promise must end in the SDK's error for this answer.
async function refused(promise, statusCode, code) {
  const error = await promise.then(() => new Error('was not refused'), (error) => error);
  equal([error.statusCode, error.code], [statusCode, code]);
}
