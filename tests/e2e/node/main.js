// Moves real data through cos-nodejs-sdk-v5 and prints one line for every case.
'use strict';

const { Server } = require('./harness');

const MODULES = [
  require('./buckets'),
  require('./objects'),
  require('./listing'),
  require('./multipart'),
  require('./encryption'),
  require('./presigned'),
  require('./select_content'),
  require('./refusals'),
  require('./addressing'),
  require('./large_file'),
];

async function main() {
  const server = new Server(process.env);
  let failures = 0;
  for (const cases of MODULES) {
    for (const [name, run] of Object.entries(cases)) {
      if (!(await passes(name, run, server))) {
        failures += 1;
      }
    }
  }
  // The SDK keeps its idle connections, which would keep this process until the server closes them.
  process.exit(failures === 0 ? 0 : 1);
}

async function passes(name, run, server) {
  const started = Date.now();
  try {
    await run(server);
  } catch (error) {
    console.log(`FAILED node: ${name}`);
    console.error(error);
    return false;
  }
  console.log(`ok node: ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return true;
}

main();
