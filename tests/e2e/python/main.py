"""Moves real data through cos-python-sdk-v5 and prints one line for every case."""

import logging
import os
import sys
import time
import traceback

import access_logs
import acl
import addressing
import append
import buckets
import client_encryption
import copies
import cors
import default_encryption
import domains
import encryption
import inventory
import large_file
import lifecycle
import listing
import methods
import multipart
import multiple_deletion
import not_implemented
import object_lock
import objects
import origin
import policies
import post_form
import presigned
import referer
import refusals
import replication
import restore
import select_content
import service
import symlinks
import tagging
import tiering
import transfer
import users
import versioning
import website
from harness import Server, Skip

AREAS = [
    service,
    buckets,
    acl,
    policies,
    users,
    objects,
    listing,
    versioning,
    multipart,
    copies,
    append,
    symlinks,
    multiple_deletion,
    tagging,
    restore,
    select_content,
    encryption,
    default_encryption,
    client_encryption,
    cors,
    referer,
    website,
    domains,
    origin,
    lifecycle,
    replication,
    access_logs,
    inventory,
    tiering,
    object_lock,
    presigned,
    post_form,
    refusals,
    not_implemented,
    addressing,
    transfer,
    large_file,
]

# How the runner names this client and way.
RUN = f"{os.environ['E2E_CLIENT']}/{os.environ['E2E_WAY']}"


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
        print(f"skip {RUN}: {title(case)}: {reason}", flush=True)
        return True
    except Exception:
        print(f"FAILED {RUN}: {title(case)}", flush=True)
        traceback.print_exc()
        return False
    print(f"ok {RUN}: {title(case)} ({time.monotonic() - started:.1f} s)", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
