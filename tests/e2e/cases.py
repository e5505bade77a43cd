"""What journeys written in Python share: runs functions as cases, and says what is not as it should be."""

import contextlib
import os
import secrets
import sys
import tempfile
import time
import traceback
from pathlib import Path

CLIENT = os.environ.get("E2E_CLIENT") or Path(sys.argv[0]).parent.name
WAY = os.environ.get("E2E_WAY", "plain")
MIB = 1024 * 1024


class Skip(Exception):
    """Ends a case that cannot be done in this way; its text says why."""


def run_cases(cases):
    """Ends the program. The first case makes what all others need."""
    wanted = os.environ.get("E2E_CASES", "")
    chosen = [case for case in cases if case is cases[0] or wanted in title(case)]
    sys.exit(0 if all([passes(case) for case in chosen]) else 1)


def title(case):
    return case.__name__.replace("tencentcos_cn", "tencentcos.cn").replace("_", " ")


def passes(case):
    name, started = f"{CLIENT}/{WAY}: {title(case)}", time.monotonic()
    try:
        case()
    except Skip as reason:
        print(f"skip {name}: {reason}", flush=True)
    except Exception:
        print(f"FAILED {name}", flush=True)
        traceback.print_exc(file=sys.stdout)
        sys.stdout.flush()
        return False
    else:
        print(f"ok {name} ({time.monotonic() - started:.1f} s)", flush=True)
    return True


def equal(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {expected!r}, got {actual!r}")


@contextlib.contextmanager
def random_file(length):
    """A file in a folder of its own, which goes at the end of the `with`."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        file.write_bytes(secrets.token_bytes(length))
        yield file
