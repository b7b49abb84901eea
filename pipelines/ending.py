"""The end of a process that has done its work.

Python frees what is left object by object and looks through all of it several times before that.
After a refresh these are 900,000 objects of Dagster, dbt and Great Expectations: 2.4 CPU s for
memory that the kernel takes back as a whole.
"""

from __future__ import annotations

import atexit
import os
import sys

_is_done = False


def end_at_once() -> None:
    """Let this process end, with exit code 0, without freeing what is in memory.

    For the last line of a program, never of a function that others call. All that Python promises
    still happens: it waits for threads, calls what was registered with `atexit` since this package
    was imported and writes what was printed. Objects that still exist are not finalized, which it
    does not promise either.
    """
    global _is_done
    _is_done = True


def _end() -> None:
    if _is_done:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


atexit.register(_end)  # as the first of them: the last one that is called
