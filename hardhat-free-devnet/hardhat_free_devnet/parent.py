"""Children that do not outlive who started them."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def dies_with_parent() -> Callable[[], None] | None:
    """For Popen's `preexec_fn`: Linux kills the child with the thread that started it, however that ends.

    None elsewhere: there a lock on the data folder tells of a child left behind. What runs between fork and exec calls
    only what was loaded before the fork.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def arm() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before this was armed
            os._exit(1)

    return arm
