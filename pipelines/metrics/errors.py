"""What can be wrong with a question for a metric; every message names the remedy."""

from __future__ import annotations


class MetricError(Exception):
    """There is no such metric, dimension or condition, or a required one is missing."""
