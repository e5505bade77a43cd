// SELECT: rows of CSV and JSON objects, whole and as a stream.
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./harness');

const ROWS = Array.from({ length: 20_000 }, (_, n) => `${n},name ${n},${['Oslo', 'Lima'][n % 2]}\n`).join('');
const TABLE = `Id,FirstName,City\n${ROWS}`;
const DOCUMENT = { b: 1, a: [{ c: 'x' }, null], é: 'ü' };

// With delimiters written out, as the page's samples have them.
const CSV = {
  CSV: {
    FileHeaderInfo: 'IGNORE',
    RecordDelimiter: '\\n',
    FieldDelimiter: ',',
    QuoteCharacter: '"',
    QuoteEscapeCharacter: '"',
    Comments: '#',
    AllowQuotedRecordDelimiter: 'FALSE',
  },
};
const TO_CSV = {
  CSV: { QuoteFields: 'ASNEEDED', RecordDelimiter: '\\n', FieldDelimiter: ',', QuoteCharacter: '"', QuoteEscapeCharacter: '"' },
};
const TO_JSON = { JSON: { RecordDelimiter: '\n' } };

function request(bucket, expression, input, output) {
  return {
    ...bucket,
    Key: 'table',
    SelectType: 2,
    SelectRequest: {
      Expression: expression,
      ExpressionType: 'SQL',
      InputSerialization: input,
      OutputSerialization: output,
      RequestProgress: { Enabled: 'TRUE' },
    },
  };
}

module.exports = {
  async 'rows of CSV are filtered and counted'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putObject({ ...bucket, Key: 'table', Body: TABLE });
      const some = request(bucket, 'SELECT s._1, s._3 FROM COSObject s WHERE s._1 < 3', CSV, TO_CSV);
      const { Payload, Stats } = await cos.selectObjectContent(some);
      assert.equal(Payload.toString(), '0,Oslo\n1,Lima\n2,Oslo\n');
      assert.deepEqual(Stats, {
        BytesScanned: String(TABLE.length),
        BytesProcessed: String(TABLE.length),
        BytesReturned: '21',
      });
    });
  },

  async 'a large result comes as a stream'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putObject({ ...bucket, Key: 'table', Body: TABLE });
      const pieces = [];
      for await (const piece of cos.selectObjectContentStream(request(bucket, 'Select * from COSObject', CSV, TO_CSV))) {
        pieces.push(piece);
      }
      assert.equal(Buffer.concat(pieces).toString(), ROWS);
    });
  },

  async 'a JSON document is given back in one line'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putObject({ ...bucket, Key: 'table', Body: JSON.stringify(DOCUMENT, null, 2) });
      const all = request(bucket, 'Select * from COSObject', { JSON: { Type: 'DOCUMENT' } }, TO_JSON);
      const { Payload } = await cos.selectObjectContent(all);
      assert.equal(Payload.toString(), `${JSON.stringify(DOCUMENT)}\n`);
    });
  },

  async 'a wrong expression is refused'(server) {
    await server.withBucket(async (cos, bucket) => {
      await cos.putObject({ ...bucket, Key: 'table', Body: TABLE });
      const grouped = request(bucket, 'Select * from COSObject group by _1', CSV, TO_CSV);
      await refused(cos.selectObjectContent(grouped), 400, 'SQLParsingError');
    });
  },
};
