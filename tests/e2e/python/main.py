"""Moves real data through cos-python-sdk-v5 and prints one line for every case."""

import logging
import sys
import time
import traceback

import addressing
import buckets
import encryption
import large_file
import listing
import multipart
import objects
import presigned
import refusals
import select_content
from harness import Server, Skip

MODULES = [buckets, objects, listing, multipart, encryption, presigned, select_content, refusals, addressing, large_file]


def main():
    # The cases look at what the SDK raises; it would log the same once more.
    logging.getLogger("qcloud_cos").setLevel(logging.CRITICAL)
    server = Server.from_environment()
    failures = 0
    for module in MODULES:
        for case in module.CASES:
            failures += not passes(case, server)
    return 1 if failures else 0


def passes(case, server):
    name = case.__name__.replace("_", " ")
    started = time.monotonic()
    try:
        case(server)
    except Skip as reason:
        print(f"skip python: {name}: {reason}", flush=True)
        return True
    except Exception:
        print(f"FAILED python: {name}", flush=True)
        traceback.print_exc()
        return False
    print(f"ok python: {name} ({time.monotonic() - started:.1f} s)", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
