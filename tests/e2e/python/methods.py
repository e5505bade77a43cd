"""Which methods of the SDK the cases call, and which they need not."""

import functools
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import qcloud_cos
from qcloud_cos import CosS3Client

from harness import equal

SDK_FOLDER = str(Path(qcloud_cos.__file__).parent)

# Methods that no case calls, by pattern of their names, and why: all of them are another service's, or send nothing.
OUT_OF_SCOPE = {
    "ci_*": "data processing",
    "file_hash": "data processing",
    "get_media_info": "data processing",
    "get_object_sensitive_content_recognition": "data processing",
    "get_pm3u8": "data processing",
    "get_snapshot": "data processing",
    "get_async_fetch_task": "migration",
    "put_async_fetch_task": "migration",
    "*_live_channel": "live streaming",
    "*_live_channel_*": "live streaming",
    "*_vod_playlist": "live streaming",
    "get_rtmp_signed_url": "live streaming",
    "generate_built_in_connection_pool": "plumbing",
    "handle_built_in_connection_pool_by_pid": "plumbing",
    "inc_retry_exe_times": "plumbing",
    "send_request": "plumbing",
    "should_switch_domain": "plumbing",
}

called = set()


def watch():
    """Notes from now on which methods the cases call themselves; what the SDK calls on the way does not count."""
    for name in public_methods():
        setattr(CosS3Client, name, noting(name, getattr(CosS3Client, name)))


def noting(name, method):
    @functools.wraps(method)
    def noted(*args, **kwargs):
        if not sys._getframe(1).f_code.co_filename.startswith(SDK_FOLDER):
            called.add(name)
        return method(*args, **kwargs)

    return noted


def public_methods():
    return {name for name, value in vars(CosS3Client).items() if not name.startswith("_") and callable(value)}


def every_method_is_called_or_out_of_scope(_):
    excused = {name for name in public_methods() for pattern in OUT_OF_SCOPE if fnmatchcase(name, pattern)}
    equal(sorted(public_methods() - called - excused), [])
    equal(sorted(called & excused), [])
    idle = [pattern for pattern in OUT_OF_SCOPE if not any(fnmatchcase(name, pattern) for name in public_methods())]
    equal(idle, [])


CASES = [every_method_is_called_or_out_of_scope]
