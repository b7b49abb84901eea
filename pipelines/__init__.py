"""Siyu: a warehouse-native customer data center (see README.md and docs/)."""

import os

# Before anything else that registers with atexit: what is registered first is called last.
from pipelines import ending  # noqa: F401

_LIBRARY_SETTINGS = {
    # BLAS's threads spin while they wait for work, and our vectors are short: the search for four
    # parameters spent nine tenths of its CPU time so.
    "OPENBLAS_NUM_THREADS": "1",
    # Polars' threads spin as well, half a million times while four million rows are loaded, and a
    # piece of a file is done before a second thread is awake: a thirteenth of loading's CPU time.
    "POLARS_MAX_THREADS": "1",
    # Memory that Polars and DuckDB gave back is the kernel's to take when it runs short, instead of
    # at once: the next batch of files, or the next model, finds it still mapped.
    "_RJEM_MALLOC_CONF": "muzzy_decay_ms:-1",
    "DUCKDB_JE_MALLOC_CONF": "muzzy_decay_ms:-1",
    # numpy asks for huge pages for large arrays, and a kernel whose memory is in pieces spends more
    # time to put 2 MB together than small pages cost.
    "NUMPY_MADVISE_HUGEPAGE": "0",
}
"""What numpy, Polars and DuckDB read once, when they are loaded; the environment may differ."""

set_here = _LIBRARY_SETTINGS.keys() - os.environ.keys()
"""Those that the environment did not say; programs that this process starts inherit them."""

os.environ.update({name: _LIBRARY_SETTINGS[name] for name in set_here})


def take_back(name: str) -> None:
    """Leave a setting to its library; in time only before the library is loaded."""
    if name in set_here:
        set_here.remove(name)
        os.environ.pop(name)
