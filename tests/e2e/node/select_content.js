// SQL over CSV and JSON objects.
'use strict';

const assert = require('node:assert/strict');
const zlib = require('node:zlib');
const { refused } = require('./harness');

const PEOPLE = 'name,age,city\nAnn,31,Paris\nBob,22,London\n"Cid, Jr.",45,Paris\n';
const WITH_HEADER = { CSV: { FileHeaderInfo: 'USE' } };
const AS_CSV = { CSV: {} };

module.exports = {
  async 'rows of a CSV object are chosen'(server) {
    await server.withBucket(async (cos, bucket) => {
      const data = { ...bucket, Key: 'data' };
      await cos.putObject({ ...data, Body: PEOPLE });
      const sql = "SELECT s.name FROM COSObject s WHERE s.city = 'Paris'";
      const { Payload, Stats, statusCode } = await cos.selectObjectContent(request(data, sql, WITH_HEADER, AS_CSV));
      assert.deepEqual([Payload.toString(), statusCode], ['Ann\n"Cid, Jr."\n', 200]);
      const size = String(PEOPLE.length);
      assert.deepEqual(Stats, { BytesScanned: size, BytesProcessed: size, BytesReturned: String(Payload.length) });

      await cos.putObject({ ...data, Body: zlib.gzipSync(PEOPLE) });
      const given = { CompressionType: 'GZIP', ...WITH_HEADER };
      const counted = await cos.selectObjectContent(request(data, 'SELECT COUNT(*) FROM COSObject', given, AS_CSV));
      assert.equal(counted.Payload.toString(), '3\n');
    });
  },

  async 'a JSON object comes back as a stream'(server) {
    await server.withBucket(async (cos, bucket) => {
      const data = { ...bucket, Key: 'data' };
      const document = { id: 1, at: { host: 'a' }, tags: ['x', 'y'] };
      await cos.putObject({ ...data, Body: JSON.stringify(document, null, 2) });
      const sql = 'SELECT * FROM COSObject';
      const stream = cos.selectObjectContentStream(request(data, sql, { JSON: { Type: 'DOCUMENT' } }, { JSON: {} }));
      let text = '';
      for await (const block of stream) {
        text += block;
      }
      assert.equal(text, `${JSON.stringify(document)}\n`);
    });
  },

  async 'a large result comes in many pieces'(server) {
    await server.withBucket(async (cos, bucket) => {
      const data = { ...bucket, Key: 'data' };
      const rows = Array.from({ length: 20000 }, (_, n) => `${n},name ${n},${['Oslo', 'Lima'][n % 2]}\n`).join('');
      await cos.putObject({ ...data, Body: `Id,Name,City\n${rows}` });
      // With delimiters written out, as the service's own samples have them.
      const delimiters = { RecordDelimiter: '\\n', FieldDelimiter: ',', QuoteCharacter: '"' };
      const given = { CSV: { FileHeaderInfo: 'IGNORE', ...delimiters, AllowQuotedRecordDelimiter: 'FALSE' } };
      const wanted = { CSV: { QuoteFields: 'ASNEEDED', ...delimiters } };
      const pieces = [];
      const sql = 'Select * from COSObject';
      for await (const piece of cos.selectObjectContentStream(request(data, sql, given, wanted))) {
        pieces.push(piece);
      }
      assert.ok(pieces.length > 1);
      assert.equal(Buffer.concat(pieces).toString(), rows);
    });
  },

  async 'requests that make no sense are refused'(server) {
    await server.withBucket(async (cos, bucket) => {
      const data = { ...bucket, Key: 'data' };
      const sql = 'SELECT * FROM COSObject';
      await refused(cos.selectObjectContent(request(data, sql, WITH_HEADER, AS_CSV)), 404, 'NoSuchKey');
      await cos.putObject({ ...data, Body: PEOPLE });
      for (const [wrong, code] of [
        [request(data, 'SELEC', WITH_HEADER, AS_CSV), 'SQLParsingError'],
        [request(data, sql, { CSV: { FileHeaderInfo: 'MAYBE' } }, AS_CSV), 'InvalidFileHeaderInfo'],
        [request(data, sql, {}, AS_CSV), 'MissingInputFormat'],
      ]) {
        await refused(cos.selectObjectContent(wrong), 400, code);
      }
    });
  },
};

function request(data, Expression, InputSerialization, OutputSerialization) {
  const SelectRequest = { Expression, ExpressionType: 'SQL', InputSerialization, OutputSerialization };
  return { ...data, SelectType: 2, SelectRequest };
}
