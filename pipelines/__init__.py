"""Siyu: a warehouse-native customer data center (see README.md and docs/)."""

import os

# Before anything else that registers with atexit: what is registered first is called last.
from pipelines import ending  # noqa: F401

# Before numpy is loaded, which reads it once. BLAS's threads spin while they wait for work, and our
# vectors are short: the search for four parameters spent nine tenths of its CPU time so.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Before Polars is loaded, whose allocator reads it once. Memory that a batch of files gave back is
# the kernel's to take when it runs short, instead of at once: the next batch finds it still mapped.
os.environ.setdefault("_RJEM_MALLOC_CONF", "muzzy_decay_ms:-1")

# Before numpy is loaded, which reads it once. It asks for huge pages for large arrays, and a kernel
# whose memory is in pieces spends more time to put 2 MB together than small pages cost.
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
