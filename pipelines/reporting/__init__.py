"""What the command line prints: headline figures of a version, progress, outcomes."""
