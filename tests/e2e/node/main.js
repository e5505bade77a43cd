// Moves real data through cos-nodejs-sdk-v5 and prints one line for every case.
'use strict';

const assert = require('node:assert/strict');
const { Server } = require('./harness');
const methods = require('./methods');

// Files of cases, in their order.
const AREAS = [
  'service',
  'buckets',
  'acl',
  'policies',
  'users',
  'objects',
  'listing',
  'versioning',
  'multipart',
  'copies',
  'append',
  'multiple_deletion',
  'tagging',
  'restore',
  'select_content',
  'encryption',
  'default_encryption',
  'cors',
  'referer',
  'website',
  'domains',
  'origin',
  'lifecycle',
  'replication',
  'access_logs',
  'inventory',
  'accelerate',
  'presigned',
  'post_form',
  'requests',
  'refusals',
  'addressing',
  'transfer',
  'large_file',
];

// How the runner names this client and way.
const RUN = `${process.env.E2E_CLIENT}/${process.env.E2E_WAY}`;

async function main() {
  const server = new Server(process.env);
  const wanted = process.env.E2E_CASES || '';
  const cases = AREAS.flatMap((area) => Object.entries(require(`./${area}`)).map(([name, run]) => ({ area, name, run })));
  const chosen = cases.filter(({ area, name }) => area.includes(wanted) || name.includes(wanted));
  let failures = await failuresOf(chosen, server);
  // What was left out, or broke off, has not called all that it would.
  if (chosen.length === cases.length && failures === 0) {
    failures = await failuresOf(Object.entries(methods.cases).map(([name, run]) => ({ name, run })), server);
  }
  // The SDK keeps its idle connections, which would keep this process until the server closes them.
  process.exit(failures === 0 ? 0 : 1);
}

async function failuresOf(cases, server) {
  let failures = 0;
  for (const { name, run } of cases) {
    if (!(await passes(name, run, server))) {
      failures += 1;
    }
  }
  return failures;
}

async function passes(name, run, server) {
  const started = Date.now();
  try {
    server.repeated = [];
    await run(server);
    assert.deepEqual(server.repeated, [], 'the SDK repeated requests');
  } catch (error) {
    console.log(`FAILED ${RUN}: ${name}`);
    console.error(error);
    return false;
  }
  console.log(`ok ${RUN}: ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return true;
}

main();
