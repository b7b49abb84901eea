"""Memory of large arrays, kept by the C library from one array to the next."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""As in glibc's malloc.h."""
_USUAL_TRIM, _USUAL_MMAP = 64 << 20, 32 << 20
"""What glibc itself comes to in a process that uses large arrays."""
_KEEP = (1 << 31) - 1


@contextmanager
def arrays_kept() -> Iterator[None]:
    """While the block runs, memory that arrays gave back serves the next ones; then it is free.

    Otherwise the kernel takes each array's pages back at once and fills the next one's with zeros:
    a fifth of the CPU time of a full solve. Does nothing where the C library is not glibc.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "malloc_trim"):
        yield
        return
    library.mallopt(_M_MMAP_THRESHOLD, _KEEP)
    library.mallopt(_M_TRIM_THRESHOLD, _KEEP)
    try:
        yield
    finally:
        library.mallopt(_M_MMAP_THRESHOLD, _USUAL_MMAP)
        library.mallopt(_M_TRIM_THRESHOLD, _USUAL_TRIM)
        library.malloc_trim(0)
