// Static websites: their settings, and what they serve on their own host.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

const WEBSITE = {
  IndexDocument: { Suffix: 'index.html' },
  ErrorDocument: { Key: 'error.html' },
  RoutingRules: [
    {
      Condition: { KeyPrefixEquals: 'old/' },
      Redirect: { ReplaceKeyPrefixWith: 'new/', URLRedirect: 'Enabled' },
    },
  ],
};

module.exports = {
  async 'a website is put, read and deleted'(server) {
    await server.withBucket(async (cos, bucket) => {
      const unset = await cos.getBucketWebsite(bucket);
      assert.deepEqual([unset.WebsiteConfiguration, unset.statusCode], [{}, 404]);
      await cos.putBucketWebsite({ ...bucket, WebsiteConfiguration: WEBSITE });
      assert.deepEqual((await cos.getBucketWebsite(bucket)).WebsiteConfiguration, WEBSITE);
      const toHttps = { IndexDocument: { Suffix: 'i.html' }, RedirectAllRequestsTo: { Protocol: 'https' } };
      await cos.putBucketWebsite({ ...bucket, WebsiteConfiguration: toHttps });
      assert.deepEqual((await cos.getBucketWebsite(bucket)).WebsiteConfiguration, toHttps);
      assert.equal((await cos.deleteBucketWebsite(bucket)).statusCode, 204);
      assert.equal((await cos.getBucketWebsite(bucket)).statusCode, 404);
      const WebsiteConfiguration = { ErrorDocument: { Key: 'error.html' } };
      await refused(cos.putBucketWebsite({ ...bucket, WebsiteConfiguration }), 400, 'MalformedXML');
    });
  },

  async 'a website serves its index, its errors and its redirects'(server) {
    await server.withBucket(async (cos, bucket) => {
      for (const [Key, Body] of [['index.html', 'home'], ['docs/index.html', 'docs'], ['error.html', 'sorry']]) {
        await cos.putObject({ ...bucket, Key, Body });
      }
      await cos.putBucketWebsite({ ...bucket, WebsiteConfiguration: WEBSITE });
      const site = `http://${bucket.Bucket}.cos-website.${server.region}.myqcloud.com`;
      for (const [path, status, text] of [['/', 200, 'home'], ['/docs/', 200, 'docs'], ['/none', 404, 'sorry']]) {
        const answer = await server.fetch('GET', site + path);
        assert.deepEqual([answer.status, answer.text], [status, text]);
        assert.equal(answer.headers['content-type'], 'text/html');
      }
      const moved = await server.fetch('GET', `${site}/old/page.html`);
      assert.deepEqual([moved.status, moved.headers.location], [302, `${site}/new/page.html`]);
      // The SDK reaches the site's host too.
      const home = await cos.request({ Method: 'GET', Url: `${site}/`, RawBody: true });
      assert.equal(home.Body.toString(), 'home');
    }, { ACL: 'public-read' });
  },
};
