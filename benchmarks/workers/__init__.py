"""The programs that are measured. Each runs alone, in a process of its own.

Those of peers import nothing of this project but `benchmarks.workers.told`: they run in the
environment of the peers.
"""
