// Access control lists of buckets and objects, and whom they let in.
'use strict';

const assert = require('node:assert/strict');
const { OTHER, OWNER, refused } = require('./harness');

const ME = { ID: OWNER, DisplayName: OWNER };
const THEM = { ID: OTHER, DisplayName: OTHER };
const ALL_USERS = { URI: 'http://cam.qcloud.com/groups/global/AllUsers' };
const NO_GRANTS = { GrantFullControl: '', GrantWrite: '', GrantRead: '', GrantReadAcp: '', GrantWriteAcp: '' };

module.exports = {
  async 'a private bucket lets nobody else in'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putObject({ ...note, Body: 'note' });
      assert.deepEqual(said(await cos.getBucketAcl(bucket)), {
        ...NO_GRANTS,
        ACL: 'private',
        Owner: ME,
        Grants: [{ Grantee: ME, Permission: 'FULL_CONTROL' }],
      });
      // An object without a list of its own follows its bucket's.
      assert.equal((await cos.getObjectAcl(note)).ACL, 'default');
      const stranger = server.otherAccount();
      await refused(stranger.getBucket(bucket), 403, 'AccessDenied');
      await refused(stranger.getObject(note), 403, 'AccessDenied');
      await refused(stranger.putObject({ ...note, Body: 'changed' }), 403, 'AccessDenied');
      await refused(stranger.getBucketAcl(bucket), 403, 'AccessDenied');
      await refused(stranger.putBucketAcl({ ...bucket, ACL: 'public-read' }), 403, 'AccessDenied');
      await refused(stranger.getObjectAcl(note), 403, 'AccessDenied');
      await refused(stranger.putObjectAcl({ ...note, ACL: 'public-read' }), 403, 'AccessDenied');
      assert.equal(await anonymousStatus(server, 'GET', note), 403);
    });
  },

  async 'canned lists open a bucket to everybody'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putObject({ ...note, Body: 'note' });
      for (const [ACL, reads, writes] of [
        ['public-read', 200, 403],
        ['public-read-write', 200, 200],
        ['private', 403, 403],
      ]) {
        await cos.putBucketAcl({ ...bucket, ACL });
        assert.equal((await cos.getBucketAcl(bucket)).ACL, ACL);
        assert.equal(await anonymousStatus(server, 'GET', note), reads);
        assert.equal(await anonymousStatus(server, 'PUT', note), writes);
      }
      await cos.putBucketAcl({ ...bucket, ACL: 'authenticated-read' });
      assert.equal((await server.otherAccount().getObject(note)).statusCode, 200);
      assert.equal(await anonymousStatus(server, 'GET', note), 403);
    });
  },

  async 'grants let one account in'(server) {
    await server.withBucket(async (cos, bucket) => {
      const friend = server.otherAccount();
      const note = { ...bucket, Key: 'note' };
      await cos.putObject({ ...note, Body: 'note' });
      // The SDK drops what is granted twice.
      await cos.putBucketAcl({ ...bucket, GrantRead: `id="${OTHER}", id="${OTHER}"` });
      const { GrantRead, Grants } = await cos.getBucketAcl(bucket);
      assert.deepEqual([GrantRead, Grants], [`id="${OTHER}"`, [{ Grantee: THEM, Permission: 'READ' }]]);
      assert.equal((await friend.getObject(note)).Body.toString(), 'note');
      await refused(friend.putObject({ ...note, Body: 'theirs' }), 403, 'AccessDenied');

      await cos.putBucketAcl({ ...bucket, GrantWrite: `id="${OTHER}"`, GrantReadAcp: `id="${OTHER}"` });
      await friend.putObject({ ...note, Body: 'theirs' });
      assert.equal((await friend.getBucketAcl(bucket)).GrantReadAcp, `id="${OTHER}"`);
      await refused(friend.getBucket(bucket), 403, 'AccessDenied');

      await cos.putBucketAcl({ ...bucket, GrantWriteAcp: `id="${OTHER}"` });
      await friend.putBucketAcl({ ...bucket, GrantFullControl: `id="${OTHER}"` });
      assert.equal((await friend.getBucketAcl(bucket)).GrantFullControl, `id="${OTHER}"`);
    });
  },

  async 'a list is put as a document'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putObject({ ...note, Body: 'note' });
      const Owner = { ID: OWNER };
      const toThem = { Owner, Grants: [{ Grantee: { ID: OTHER }, Permission: 'READ' }] };
      await cos.putBucketAcl({ ...bucket, AccessControlPolicy: toThem });
      assert.deepEqual((await cos.getBucketAcl(bucket)).Grants, [{ Grantee: THEM, Permission: 'READ' }]);
      const toAll = { Owner, Grants: [{ Grantee: ALL_USERS, Permission: 'READ' }] };
      await cos.putObjectAcl({ ...note, AccessControlPolicy: toAll });
      const { ACL, Grants } = await cos.getObjectAcl(note);
      assert.deepEqual([ACL, Grants], ['public-read', [{ Grantee: ALL_USERS, Permission: 'READ' }]]);
      assert.equal(await anonymousStatus(server, 'GET', note), 200);
    });
  },

  async "an object's list comes before its bucket's"(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putObject({ ...note, Body: 'note', ACL: 'private' });
      const { ACL, Grants } = await cos.getObjectAcl(note);
      assert.deepEqual([ACL, Grants], ['private', [{ Grantee: ME, Permission: 'FULL_CONTROL' }]]);
      assert.equal(await anonymousStatus(server, 'GET', note), 403);
      await cos.putObjectAcl({ ...note, GrantRead: `id="${OTHER}"` });
      assert.equal((await server.otherAccount().getObject(note)).statusCode, 200);
      await cos.putObjectAcl({ ...note, ACL: 'default' });
      assert.equal((await cos.getObjectAcl(note)).ACL, 'default');
      assert.equal(await anonymousStatus(server, 'GET', note), 200);
    }, { ACL: 'public-read' });
  },

  async 'a list that makes no sense is refused'(server) {
    await server.withBucket(async (cos, bucket) => {
      await refused(cos.putBucketAcl({ ...bucket, ACL: 'public-read-writ' }), 400, 'InvalidArgument');
      await refused(cos.getObjectAcl({ ...bucket, Key: 'none' }), 404, 'NoSuchKey');
      await refused(cos.putObjectAcl({ ...bucket, Key: 'none', ACL: 'private' }), 404, 'NoSuchKey');
    });
  },

  async 'the old names of the calls still work'(server) {
    await server.withBucket(async (cos, bucket) => {
      const note = { ...bucket, Key: 'note' };
      await cos.putObject({ ...note, Body: 'note' });
      const warn = console.warn;
      console.warn = () => {};
      try {
        await old(cos, 'putBucketACL', { ...bucket, ACL: 'public-read' });
        assert.equal((await old(cos, 'getBucketACL', bucket)).ACL, 'public-read');
        await old(cos, 'putObjectACL', { ...note, ACL: 'private' });
        assert.equal((await old(cos, 'getObjectACL', note)).ACL, 'private');
        const CORSRules = [{ AllowedOrigin: ['*'], AllowedMethod: ['GET'] }];
        await old(cos, 'putBucketCORS', { ...bucket, CORSRules });
        assert.deepEqual((await old(cos, 'getBucketCORS', bucket)).CORSRules[0].AllowedOrigins, ['*']);
        await old(cos, 'deleteBucketCORS', bucket);
        assert.deepEqual((await old(cos, 'getBucketCORS', bucket)).CORSRules, []);
      } finally {
        console.warn = warn;
      }
    });
  },
};

// They never learned to give a promise.
function old(cos, name, params) {
  return new Promise((resolve, reject) => {
    cos[name](params, (error, data) => (error ? reject(error) : resolve(data)));
  });
}

function said({ headers, statusCode, RequestId, ...answer }) {
  return answer;
}

async function anonymousStatus(server, method, { Bucket, Key }) {
  const url = `http://${server.bucketHost({ Bucket })}/${Key}`;
  return (await server.fetch(method, url, method === 'PUT' ? { body: 'anybody' } : {})).status;
}
