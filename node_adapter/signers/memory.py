"""A process that holds a key leaves no image of its memory behind, and lets none be taken by others of its user."""

import ctypes
import resource
import sys
from functools import cache

_PR_SET_DUMPABLE = 4


@cache
def forbid_dumps() -> None:
    """No core file, neither where the kernel would write one (RLIMIT_CORE) nor to a program that it would pipe one to
    and that heeds no limit (PR_SET_DUMPABLE); and no debugger of the same user. Children that run another program are
    dumpable again, and have the limit still."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
