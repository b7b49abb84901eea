"""The sections of the benchmark: each yields figures."""
