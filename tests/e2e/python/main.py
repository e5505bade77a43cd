"""Moves real data through cos-python-sdk-v5 and prints one line for every case."""

import logging
import os
import sys
import time
import traceback

import acl
import addressing
import buckets
import cors
import encryption
import large_file
import lifecycle
import listing
import methods
import multipart
import objects
import policies
import presigned
import referer
import refusals
import service
import tagging
import versioning
import website
from harness import Server, Skip

AREAS = [
    service,
    buckets,
    objects,
    listing,
    versioning,
    multipart,
    encryption,
    tagging,
    acl,
    policies,
    cors,
    referer,
    website,
    lifecycle,
    presigned,
    refusals,
    addressing,
    large_file,
]


def main():
    # The cases look at what the SDK raises; it would log the same once more.
    logging.getLogger("qcloud_cos").setLevel(logging.CRITICAL)
    methods.watch()
    server, wanted = Server.from_environment(), os.environ.get("E2E_CASES", "")
    cases = [(area.__name__, case) for area in AREAS for case in area.CASES]
    chosen = [case for area, case in cases if wanted in area or wanted in title(case)]
    failures = [case for case in chosen if not passes(case, server)]
    # What was left out, or broke off, has not called all that it would.
    if len(chosen) == len(cases) and not failures:
        failures = [case for case in methods.CASES if not passes(case, server)]
    return 1 if failures else 0


def title(case):
    return case.__name__.replace("_", " ")


def passes(case, server):
    started = time.monotonic()
    try:
        case(server)
    except Skip as reason:
        print(f"skip python: {title(case)}: {reason}", flush=True)
        return True
    except Exception:
        print(f"FAILED python: {title(case)}", flush=True)
        traceback.print_exc()
        return False
    print(f"ok python: {title(case)} ({time.monotonic() - started:.1f} s)", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
