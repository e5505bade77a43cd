// A key that the caller keeps (SSE-C), as this SDK's parameters.
'use strict';

const crypto = require('node:crypto');

function customerKey(key) {
  return {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: Buffer.from(key).toString('base64'),
    SSECustomerKeyMD5: crypto.createHash('md5').update(key).digest('base64'),
  };
}

module.exports = { customerKey };
