"""What the benchmarks read: made here, seeded, the same bytes every time."""
