// Callers who are not who they say.
'use strict';

const { refused } = require('./harness');

module.exports = {
  async 'a wrong secret key is refused'(server) {
    await server.withBucket(async (_, bucket) => {
      const stranger = server.client({ SecretKey: `wrong${server.secretKey}` });
      await refused(stranger.putObject({ ...bucket, Key: 'note', Body: 'note' }), 403, 'SignatureDoesNotMatch');
      await refused(stranger.getBucket(bucket), 403, 'SignatureDoesNotMatch');
    });
  },

  async 'an unknown secret id is refused'(server) {
    await server.withBucket(async (_, bucket) => {
      const stranger = server.client({ SecretId: 'AKIDNobodyHasThisSecretId0000000000' });
      await refused(stranger.putObject({ ...bucket, Key: 'note', Body: 'note' }), 403, 'InvalidAccessKeyId');
    });
  },
};
