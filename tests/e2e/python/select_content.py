"""SELECT: rows of CSV and JSON objects, as the SDK takes them out of the event stream."""

import gzip

from harness import equal, refused

TABLE = b"Id,FirstName,City\n" + b"".join(b"%d,name %d,%s\n" % (n, n, [b"Oslo", b"Lima"][n % 2]) for n in range(20_000))
CSV = {"CSV": {"FileHeaderInfo": "USE", "RecordDelimiter": "\n", "FieldDelimiter": ",", "AllowQuotedRecordDelimiter": "FALSE"}}
TO_CSV = {"CSV": {"RecordDelimiter": "\n", "FieldDelimiter": ","}}
TO_JSON = {"JSON": {"RecordDelimiter": "\n"}}


def selected(client, bucket, expression, source, target, progress=None):
    """The events of an answer, by kind: payloads of Records, counts of Progress and Stats."""
    answer = client.select_object_content(
        Bucket=bucket,
        Key="table",
        Expression=expression,
        ExpressionType="SQL",
        InputSerialization=source,
        OutputSerialization=target,
        RequestProgress=progress,
    )
    events = {}
    for event in answer["Payload"]:
        for kind, content in event.items():
            events.setdefault(kind, []).append(content)
    return events


def result(events):
    equal(len(events["End"]), 1)
    return b"".join(records["Payload"] for records in events.get("Records", []))


def rows_of_csv_are_filtered_and_counted(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="table", Body=TABLE)
        events = selected(client, bucket, "SELECT s.Id, s.City FROM COSObject s WHERE s.Id < 3", CSV, TO_CSV)
        equal(result(events), b"0,Oslo\n1,Lima\n2,Oslo\n")
        counts = events["Stats"][0]["Details"]
        equal(counts, {"BytesScanned": str(len(TABLE)), "BytesProcessed": str(len(TABLE)), "BytesReturned": "21"})
        events = selected(client, bucket, "SELECT COUNT(*) AS n, MAX(CAST(Id AS INT)) FROM COSObject", CSV, TO_JSON)
        equal(result(events), b'{"n":20000,"_2":19999}\n')


def a_large_result_is_joined_from_many_messages(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="table", Body=gzip.compress(TABLE))
        packed = {"CompressionType": "GZIP", "CSV": {"FileHeaderInfo": "NONE"}}
        events = selected(client, bucket, "Select * from COSObject", packed, TO_CSV, {"Enabled": "TRUE"})
        equal(result(events), TABLE)
        equal(len(events["Records"]) > 5 and len(events["Progress"]) > 0, True)


def json_lines_become_csv_and_json(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="table", Body=b'{"b": 1.50, "a": [1, {"c": "x,y"}]}\n{"a": null}\n')
        lines = {"CompressionType": "NONE", "JSON": {"Type": "LINES"}}
        events = selected(client, bucket, "Select * from COSObject", lines, TO_JSON)
        equal(result(events), b'{"b":1.50,"a":[1,{"c":"x,y"}]}\n{"a":null}\n')
        events = selected(client, bucket, "Select s.a[1].c, s.b from COSObject s limit 1", lines, TO_CSV)
        equal(result(events), b'"x,y",1.50\n')


def a_wrong_expression_is_refused(server):
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="table", Body=TABLE)
        with refused(400, "SQLParsingError"):
            selected(client, bucket, "Select * from COSObject group by Id", CSV, TO_CSV)


CASES = [
    rows_of_csv_are_filtered_and_counted,
    a_large_result_is_joined_from_many_messages,
    json_lines_become_csv_and_json,
    a_wrong_expression_is_refused,
]
