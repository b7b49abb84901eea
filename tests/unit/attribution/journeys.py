"""Paths as tests state them, and what the engine reads of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from pipelines.attribution.markov import Steps
from pipelines.attribution.shapley import Coalitions

Counts = Mapping[tuple[int, ...], tuple[float, float, float]]
"""Path of channel numbers -> conversions, paths without one, revenue of the conversions."""


def steps_of(paths: Counts) -> Steps:
    """One element per path, touch and outcome; nothing is summed up."""
    rows: list[tuple[int, bool, bool, float, float]] = []
    for path, (conversions, nulls, revenue) in paths.items():
        recent = 0
        for position, channel in enumerate(path, start=1):
            recent = (recent << 8 | channel) & 0xFFFFFFFF
            is_last = position == len(path)
            rows.append((recent, is_last, True, conversions, revenue if is_last else 0))
            rows.append((recent, is_last, False, nulls, 0))
    recents, lasts, outcomes, counts, revenues = zip(*rows, strict=True)
    return Steps(
        np.array(recents, dtype=np.int64),
        np.array(lasts),
        np.array(outcomes),
        np.array(counts, dtype=float),
        np.array(revenues, dtype=float),
    )


def mask_of(channels: Iterable[int]) -> int:
    """The set of channels as bits."""
    return sum(1 << channel - 1 for channel in set(channels))


def coalitions_of(paths: Counts) -> Coalitions:
    """The exact sets of channels."""
    sets: dict[int, list[float]] = {}
    for path, (conversions, nulls, _) in paths.items():
        counts = sets.setdefault(mask_of(path), [0.0, 0.0])
        counts[0] += conversions
        counts[1] += conversions + nulls
    masks = sorted(sets)
    return Coalitions(
        np.array(masks, dtype=np.int64),
        np.array([sets[mask][0] for mask in masks]),
        np.array([sets[mask][1] for mask in masks]),
    )
