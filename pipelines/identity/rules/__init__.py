"""The rules: what the seeds say, checked, and as arrays for the solver."""
