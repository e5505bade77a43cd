// Which methods of the SDK the cases call, and which they need not.
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const COS = require('cos-nodejs-sdk-v5');

const SDK_FOLDER = path.dirname(require.resolve('cos-nodejs-sdk-v5'));

// Methods that no case calls, and why.
const OUT_OF_SCOPE = {
  getV4Auth: 'signature of the JSON API',
  emit: 'plumbing',
  off: 'plumbing',
};

const called = new Set();

// Notes from now on which methods the cases call themselves; what the SDK calls on the way does not count.
function watch(owner) {
  for (const name of publicMethods(owner)) {
    const method = owner[name];
    owner[name] = function noted(...args) {
      const trace = {};
      Error.captureStackTrace(trace, noted);
      if (!trace.stack.split('\n')[1].includes(SDK_FOLDER)) {
        called.add(name);
      }
      return method.apply(this, args);
    };
  }
}

function publicMethods(owner) {
  return Object.keys(owner).filter((name) => typeof owner[name] === 'function' && !name.startsWith('_'));
}

module.exports = {
  watch,
  cases: {
    async 'every method is called or out of scope'(server) {
      const all = [...publicMethods(COS.prototype), ...publicMethods(server.client())];
      const excused = Object.keys(OUT_OF_SCOPE);
      assert.deepEqual(all.filter((name) => !called.has(name) && !excused.includes(name)), []);
      assert.deepEqual(excused.filter((name) => called.has(name) || !all.includes(name)), []);
    },
  },
};
