"""SQL over CSV and JSON objects."""

import bz2
import gzip
import json
import tempfile
from contextlib import contextmanager
from pathlib import Path

from harness import equal, refused

PEOPLE = b"name,age,city\nAnn,31,Paris\nBob,22,London\n\"Cid, Jr.\",45,Paris\n"
WITH_HEADER = {"CSV": {"FileHeaderInfo": "USE"}}
AS_CSV = {"CSV": {"RecordDelimiter": "\n"}}
AS_JSON = {"JSON": {"RecordDelimiter": "\n"}}
EVENTS = [
    {"id": 1, "kind": "start", "place": {"host": "a"}, "tags": ["x", "y"]},
    {"id": 2, "kind": "stop", "place": {"host": "b"}, "tags": []},
]


def rows_of_a_csv_object_are_chosen(server):
    with stored(server, PEOPLE) as select:
        sql = "SELECT s.name FROM COSObject s WHERE s.city = 'Paris' AND CAST(s.age AS INT) > 30"
        equal(select(sql, WITH_HEADER, AS_CSV).get_select_result(), b'Ann\n"Cid, Jr."\n')
        skipped = select("SELECT _1, _3 FROM COSObject LIMIT 1", {"CSV": {"FileHeaderInfo": "IGNORE"}}, AS_CSV)
        equal(skipped.get_select_result(), b"Ann,Paris\n")
        counted = select("SELECT COUNT(*) FROM COSObject", {"CSV": {"FileHeaderInfo": "NONE"}}, AS_CSV)
        equal(counted.get_select_result(), b"4\n")
        as_objects = select("SELECT s.name, s.age FROM COSObject s WHERE s.name LIKE 'B%'", WITH_HEADER, AS_JSON)
        equal(json.loads(as_objects.get_select_result()), {"name": "Bob", "age": "22"})


def aggregates_and_functions_are_computed(server):
    with stored(server, PEOPLE) as select:
        ages = "CAST(s.age AS INT)"
        sql = f"SELECT MIN({ages}), MAX({ages}), SUM({ages}) FROM COSObject s"
        equal(select(sql, WITH_HEADER, AS_CSV).get_select_result(), b"22,45,98\n")
        sql = "SELECT UPPER(s.name), CHAR_LENGTH(s.city) FROM COSObject s WHERE s.name = 'Bob'"
        equal(select(sql, WITH_HEADER, AS_CSV).get_select_result(), b"BOB,6\n")


def json_objects_are_searched(server):
    lines = "".join(json.dumps(event) + "\n" for event in EVENTS).encode()
    with stored(server, lines) as select:
        sql = "SELECT s.id, s.place.host FROM COSObject s WHERE s.kind = 'stop'"
        found = select(sql, {"JSON": {"Type": "LINES"}}, AS_JSON).get_select_result()
        equal(json.loads(found), {"id": 2, "host": "b"})
        sql = "SELECT s.tags[1] FROM COSObject s WHERE s.id = 1"
        equal(select(sql, {"JSON": {"Type": "LINES"}}, AS_CSV).get_select_result(), b"y\n")
    with stored(server, json.dumps(EVENTS[0]).encode()) as select:
        whole = select("SELECT * FROM COSObject", {"JSON": {"Type": "DOCUMENT"}}, AS_JSON).get_select_result()
        equal(whole, json.dumps(EVENTS[0], separators=(",", ":")).encode() + b"\n")


def json_values_are_given_back_as_they_were_written(server):
    with stored(server, b'{"b": 1.50, "a": [1, {"c": "x,y"}]}\n{"a": null}\n') as select:
        lines = {"CompressionType": "NONE", "JSON": {"Type": "LINES"}}
        all_of_it = select("Select * from COSObject", lines, AS_JSON).get_select_result()
        equal(all_of_it, b'{"b":1.50,"a":[1,{"c":"x,y"}]}\n{"a":null}\n')
        some = select("Select s.a[1].c, s.b from COSObject s limit 1", lines, AS_CSV).get_select_result()
        equal(some, b'"x,y",1.50\n')


def compressed_objects_are_searched(server):
    for name, compress in [("GZIP", gzip.compress), ("BZIP2", bz2.compress)]:
        with stored(server, compress(PEOPLE)) as select:
            found = select("SELECT s.age FROM COSObject s LIMIT 1", {"CompressionType": name, **WITH_HEADER}, AS_CSV)
            equal(found.get_select_result(), b"31\n")
    with stored(server, PEOPLE) as select:
        with refused(400, "GzipDecompressError"):
            select("SELECT * FROM COSObject", {"CompressionType": "GZIP", **WITH_HEADER}, AS_CSV).get_select_result()


def statistics_and_progress_come_with_the_rows(server):
    rows = b"".join(b"%d,value\n" % number for number in range(20_000))
    with stored(server, rows) as select:
        without_header = {"CSV": {"FileHeaderInfo": "NONE"}}
        events = list(select("SELECT _1 FROM COSObject", without_header, AS_CSV, RequestProgress={"Enabled": "true"}))
        kinds = [kind for event in events for kind in event]
        equal((kinds[-2:], kinds.count("Stats"), kinds.count("End")), (["Stats", "End"], 1, 1))
        assert kinds.count("Records") > 1 and "Progress" in kinds, kinds
        returned = b"".join(event["Records"]["Payload"] for event in events if "Records" in event)
        equal(returned, b"".join(b"%d\n" % number for number in range(20_000)))
        counts = {"BytesScanned": len(rows), "BytesProcessed": len(rows), "BytesReturned": len(returned)}
        equal(events[-2]["Stats"]["Details"], {name: str(count) for name, count in counts.items()})
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rows.csv"
            select("SELECT _1 FROM COSObject", without_header, AS_CSV).get_select_result_to_file(str(file))
            equal(file.read_bytes(), returned)


def requests_that_make_no_sense_are_refused(server):
    with stored(server, PEOPLE) as select:
        for wrong, code in [
            (("SELEC * FROM COSObject", WITH_HEADER, AS_CSV), "SQLParsingError"),
            (("SELECT * FROM COSObject GROUP BY city", WITH_HEADER, AS_CSV), "SQLParsingError"),
            (("SELECT * FROM COSObject", {"CSV": {"FileHeaderInfo": "MAYBE"}}, AS_CSV), "InvalidFileHeaderInfo"),
            (("SELECT * FROM COSObject", {"CompressionType": "ZIP", **WITH_HEADER}, AS_CSV), "InvalidCompressionFormat"),
            (("SELECT * FROM COSObject", {"JSON": {"Type": "TREE"}}, AS_CSV), "InvalidJsonType"),
            (("SELECT * FROM COSObject", {"CompressionType": "NONE"}, AS_CSV), "MissingInputFormat"),
            (("SELECT CAST(s.name AS INT) FROM COSObject s", WITH_HEADER, AS_CSV), "CastFailed"),
        ]:
            with refused(400, code):
                select(*wrong).get_select_result()
        with refused(404, "NoSuchKey"):
            select("SELECT * FROM COSObject", WITH_HEADER, AS_CSV, key="none")


@contextmanager
def stored(server, content):
    """A bucket with one object, and the function that searches it."""
    with server.bucket() as bucket:
        client = server.client()
        client.put_object(Bucket=bucket, Key="data", Body=content)

        def select(expression, given, wanted, key="data", **options):
            answer = client.select_object_content(
                Bucket=bucket,
                Key=key,
                Expression=expression,
                ExpressionType="SQL",
                InputSerialization=given,
                OutputSerialization=wanted,
                **options,
            )
            return answer["Payload"]

        yield select


CASES = [
    rows_of_a_csv_object_are_chosen,
    aggregates_and_functions_are_computed,
    json_objects_are_searched,
    json_values_are_given_back_as_they_were_written,
    compressed_objects_are_searched,
    statistics_and_progress_come_with_the_rows,
    requests_that_make_no_sense_are_refused,
]
