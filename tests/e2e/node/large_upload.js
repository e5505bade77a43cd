// The large upload as both the cases and the process that dies in its middle ask for it.
'use strict';

const { MIB } = require('./harness');

const CHUNK_SIZE = 4 * MIB;
const CONNECTIONS = 8;
// Not a multiple of the chunk: the last part is short.
const LENGTH = 200 * MIB + 12345;
const PART_COUNT = Math.ceil(LENGTH / CHUNK_SIZE);
const KEY = 'backups/large file.bin';

// Frequent progress, so that "half of it" is noticed in time.
const CLIENT_OPTIONS = { ProgressInterval: 10 };

// Parameters of `uploadFile`. `atHalf` is called when half of the bytes are sent, and at every progress after that.
function largeUpload(bucket, filePath, atHalf = () => {}) {
  return {
    ...bucket,
    Key: KEY,
    FilePath: filePath,
    SliceSize: MIB,
    ChunkSize: CHUNK_SIZE,
    AsyncLimit: CONNECTIONS,
    onProgress({ loaded, total }) {
      if (loaded >= total / 2) {
        atHalf();
      }
    },
  };
}

module.exports = { CHUNK_SIZE, CONNECTIONS, LENGTH, PART_COUNT, KEY, CLIENT_OPTIONS, largeUpload };
