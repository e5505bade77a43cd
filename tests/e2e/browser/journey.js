// The journey of ../README.md through cos-js-sdk-v5 on a page in Chromium: one line for every case. The cases are in page.js.
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const COS = require('cos-nodejs-sdk-v5');
const { chromium } = require('playwright-core');
const { passes } = require('../cases.js');

const { E2E_CLIENT = 'browser', E2E_WAY = 'plain', E2E_CASES = '', E2E_APPID = '1250000000' } = process.env;
const SecretId = process.env.E2E_SECRET_ID || 'AKIDCosEmulatorDefaultSecretId000000';
const SecretKey = process.env.E2E_SECRET_KEY || 'CosEmulatorDefaultSecretKey00000';
const Region = process.env.E2E_REGION || 'ap-guangzhou';
const emulator = new URL(process.env.E2E_ENDPOINT || 'http://127.0.0.1:7436');
const Bucket = `journey-${E2E_APPID}`;
const bucketWithoutRules = `closed-${E2E_APPID}`;

// What the page is given: on the service, a site would give it temporary credentials.
const settings = { way: E2E_WAY, port: emulator.port, SecretId, SecretKey, Bucket, bucketWithoutRules, Region };
const SCRIPTS = ['cos.js', 'settings.js', 'page.js'].map((name) => `<script src="${name}"></script>`);
const FILES = {
  '/': ['text/html; charset=utf-8', `<!doctype html>${SCRIPTS.join('')}`],
  '/cos.js': ['text/javascript', fs.readFileSync(require.resolve('cos-js-sdk-v5'))],
  '/settings.js': ['text/javascript', `const settings = ${JSON.stringify(settings)};`],
  '/page.js': ['text/javascript; charset=utf-8', fs.readFileSync(path.join(__dirname, 'page.js'))],
};

// The site whose page it is. Its address is another origin than any of COS's.
async function startSite() {
  const site = http.createServer((request, answer) => {
    const [type, content] = FILES[request.url] || [];
    answer.writeHead(type ? 200 : 404, { 'Content-Type': type || 'text/plain' }).end(content);
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${site.address().port}`;
}

// What a page cannot do for itself: COS answers it only once the bucket has rules for its origin.
async function makeBuckets(site) {
  const reach = { plain: { Protocol: 'http:', Ip: emulator.host }, proxy: { Protocol: 'http:' }, https: {} }[E2E_WAY];
  const cos = new COS({ SecretId, SecretKey, ...reach });
  await cos.putBucket({ Bucket, Region });
  await cos.putBucket({ Bucket: bucketWithoutRules, Region });
  const rule = {
    AllowedOrigins: [site],
    AllowedMethods: ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'],
    AllowedHeaders: ['*'],
    ExposeHeaders: ['ETag', 'Content-Length', 'Content-Range', 'Date', 'x-cos-request-id', 'x-cos-meta-author'],
    MaxAgeSeconds: '600',
  };
  await cos.putBucketCors({ Bucket, Region, CORSRules: [rule] });
}

function startBrowser() {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
  args.push('--disable-background-networking', '--disable-component-update', '--disable-sync');
  if (E2E_WAY !== 'plain') {
    args.push(`--proxy-server=${process.env.E2E_PROXY}`);
  }
  if (E2E_WAY === 'https') {
    trustAuthority();
  }
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'profile-'));
  const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
  return chromium.launchPersistentContext(profile, { executablePath, headless: true, args });
}

// On Linux, Chromium trusts what this database of its user trusts.
function trustAuthority() {
  const folder = path.join(os.homedir(), '.pki/nssdb');
  const database = `sql:${folder}`;
  fs.mkdirSync(folder, { recursive: true });
  const certutil = (...options) => execFileSync('certutil', options);
  certutil('-N', '-d', database, '--empty-password');
  certutil('-A', '-d', database, '-n', 'cos-emulator', '-t', 'C,,', '-i', process.env.E2E_CA);
}

async function main() {
  const site = await startSite();
  await makeBuckets(site);
  const browser = await startBrowser();
  // For one case, a host that nobody can connect to.
  await browser.route(/\.myqcloud\.com\/switched/, (route) => route.abort());
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(error));
  await page.goto(site);
  let failures = 0;
  for (const name of await page.evaluate(() => Object.keys(cases))) {
    if (name.includes(E2E_CASES)) {
      failures += (await passes(`${E2E_CLIENT}/${E2E_WAY}: ${name}`, () => page.evaluate((name) => cases[name](), name))) ? 0 : 1;
    }
  }
  await browser.close();
  process.exit(failures === 0 ? 0 : 1);
}

main();
