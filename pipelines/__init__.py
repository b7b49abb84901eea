"""Siyu: a warehouse-native customer data center (see README.md and docs/)."""

import os

# Before numpy is loaded, which reads it once. BLAS's threads spin while they wait for work, and our
# vectors are short: the search for four parameters spent nine tenths of its CPU time so.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
