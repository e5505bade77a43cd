// Listings of objects: prefix, delimiter, pages, encoded names.
'use strict';

const assert = require('node:assert/strict');

const KEYS = ['a/1', 'a/2', 'a/b/3', 'b/4', 'c', 'd e+f%g', '中/文'];

module.exports = {
  async 'a prefix selects keys and a delimiter rolls them up'(server) {
    await withKeys(server, async (cos, bucket) => {
      const prefixed = await cos.getBucket({ ...bucket, Prefix: 'a/' });
      assert.deepEqual(names(prefixed), [['a/1', 'a/2', 'a/b/3'], []]);
      assert.equal(prefixed.Prefix, 'a/');
      assert.equal(prefixed.IsTruncated, 'false');
      assert.equal(prefixed.Contents[0].Size, String('a/1'.length));
      const rolledUp = await cos.getBucket({ ...bucket, Prefix: 'a/', Delimiter: '/' });
      assert.deepEqual(names(rolledUp), [['a/1', 'a/2'], ['a/b/']]);
      assert.deepEqual(names(await cos.getBucket({ ...bucket, Prefix: 'none' })), [[], []]);
    });
  },

  async 'pages follow one another without gap or overlap'(server) {
    await withKeys(server, async (cos, bucket) => {
      for (const MaxKeys of [1, 2, 3]) {
        assert.deepEqual(await pages(cos, { ...bucket, MaxKeys }), [KEYS, []]);
        const rolledUp = [['c', 'd e+f%g'], ['a/', 'b/', '中/']];
        assert.deepEqual(await pages(cos, { ...bucket, MaxKeys, Delimiter: '/' }), rolledUp);
      }
    });
  },

  async 'names are percent-encoded when asked'(server) {
    await withKeys(server, async (cos, bucket) => {
      const answer = await cos.getBucket({ ...bucket, Delimiter: '/', EncodingType: 'url' });
      assert.equal(answer.EncodingType, 'url');
      const [keys, prefixes] = names(answer);
      assert.deepEqual(keys, ['c', 'd%20e%2Bf%25g']);
      assert.deepEqual(prefixes.map(decodeURIComponent), ['a/', 'b/', '中/']);
      assert.match(prefixes[2], /^[\x20-\x7e]+$/);
    });
  },
};

async function withKeys(server, use) {
  await server.withBucket(async (cos, bucket) => {
    for (const key of [...KEYS].reverse()) {
      await cos.putObject({ ...bucket, Key: key, Body: key });
    }
    await use(cos, bucket);
  });
}

function names(answer) {
  return [answer.Contents.map((entry) => entry.Key), answer.CommonPrefixes.map((entry) => entry.Prefix)];
}

async function pages(cos, options) {
  const keys = [];
  const prefixes = [];
  let Marker = '';
  for (;;) {
    const answer = await cos.getBucket({ ...options, Marker });
    const [pageKeys, pagePrefixes] = names(answer);
    assert.ok(pageKeys.length + pagePrefixes.length <= options.MaxKeys);
    keys.push(...pageKeys);
    prefixes.push(...pagePrefixes);
    if (answer.IsTruncated === 'false') {
      return [keys, prefixes];
    }
    Marker = answer.NextMarker;
  }
}
