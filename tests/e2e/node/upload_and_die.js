// Begins the large upload of FILE to BUCKET and dies without a word in its middle: node upload_and_die.js BUCKET FILE
'use strict';

const path = require('node:path');
const { Server } = require('./harness');
const { CLIENT_OPTIONS, largeUpload } = require('./large_upload');

const [bucket, file] = process.argv.slice(2);
const server = new Server(process.env);
// What this process remembers of its upload dies with it.
const cos = server.client({ ...CLIENT_OPTIONS, ConfCwd: path.join(path.dirname(file), 'memory') });
const die = () => process.kill(process.pid, 'SIGKILL');
cos.uploadFile(largeUpload({ Bucket: bucket, Region: server.region }, file, die));
